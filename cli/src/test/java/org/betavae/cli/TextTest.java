package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;

/** Numbers, tables, names, layouts and progress lines. */
class TextTest {
  @Test
  void suggestion_namesTheNearest_asItIsTyped() {
    List<String> names = List.of("train", "traverse", "embed");
    assertEquals(" (did you mean betavae embed?)", Text.suggestion("embde", "betavae ", names));
    assertEquals("", Text.suggestion("xyzzy", "--", names));
    assertEquals(" (did you mean cuda?)", Text.suggestion("GPU", "", List.of("cpu", "cuda")));
    assertEquals(" (did you mean cpu?)", Text.suggestion("gpu", "", List.of("cpu", "none")));
  }

  @Test
  void pathsInCommandsToCopy_areQuotedWhereTheyMustBe() {
    assertEquals("runs/ü-1.2", Text.shellWord("runs/ü-1.2"));
    assertEquals("'my runs'", Text.shellWord("my runs"));
    assertEquals("'it'\\''s'", Text.shellWord("it's"));
    assertEquals("'a$b'", Text.shellWord("a$b"));
    assertEquals("''", Text.shellWord(""));
  }

  @Test
  void numbers_areShort_andTheSameInEveryLocale() {
    assertEquals("4", Numbers.plain(4.0));
    assertEquals("0.0001", Numbers.plain(1e-4));
    assertEquals("1e-5", Numbers.plain(1e-5));
    assertEquals("2.5e-5", Numbers.plain(2.5e-5));
    assertEquals("1e-10", Numbers.plain(1e-10));
    assertEquals("12,346", Numbers.brief(12345.6));
    assertEquals("123.4", Numbers.brief(123.44));
    assertEquals("1.23", Numbers.brief(1.234));
    assertEquals("1.2e-06", Numbers.brief(1.23e-6));
    assertEquals("0.00", Numbers.brief(0));
    assertEquals("0.00", Numbers.brief(-0.0));
    assertEquals("0.00", Numbers.hundredths(-0.004));
    assertEquals("-0.01", Numbers.hundredths(-0.006));
    assertEquals("NaN", Numbers.brief(Double.NaN));
    assertEquals("0:07", Numbers.duration(7.2));
    assertEquals("1:02:03", Numbers.duration(3723));
    assertEquals("?", Numbers.duration(Double.NaN));
    assertEquals(1234.57, Numbers.rounded(1234.5678));
  }

  @Test
  void table_alignsTextLeftAndNumbersRight() {
    List<String> lines = new Table("name", "count").row("a", "5").row("longer", "1,000").lines();
    assertEquals(List.of("name    count", "a           5", "longer  1,000"), lines);
  }

  @Test
  void layout_movesChannels_andBack() {
    // One image of 1x2 pixels and 3 channels: pixel 0 is (1,2,3), pixel 1 is (4,5,6).
    ItemShape shape = ItemShape.image(1, 2, 3);
    float[] last = {1, 2, 3, 4, 5, 6};
    float[] first = Layout.toChannelsFirst(last, shape);
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, first);
    assertArrayEquals(last, Layout.toChannelsLast(first, shape));
    float[] gray = {1, 2};
    assertSame(gray, Layout.toChannelsFirst(gray, ItemShape.image(1, 2, 1)));
  }

  @Test
  void layout_ofPartOfAnImage_isRefused() {
    ItemShape shape = ItemShape.image(1, 2, 3);
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> Layout.toChannelsLast(new float[5], shape))
            .getMessage();
    assertTrue(message.contains("5 values, expected a multiple of 6"), message);
  }

  @Test
  void plainProgress_printsALineEveryFiveSecondsAndTheEnd() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long[] now = {0};
    try (PlainProgress progress =
        new PlainProgress(
            new PrintStream(out, true, StandardCharsets.UTF_8), "train", 2000, 0, () -> now[0])) {
      progress.at(10, () -> "early");
      now[0] = 5_000_000_000L;
      progress.at(500, () -> "12 images/s");
      now[0] += 1_000_000_000L;
      progress.at(600, () -> "unseen");
      now[0] += 1_000_000_000L;
      progress.at(2000, () -> "done");
    }
    assertEquals(
        List.of("train: 500 of 2,000, 12 images/s, 0:15 left", "train: 2,000 of 2,000, done"),
        out.toString(StandardCharsets.UTF_8).lines().toList());
  }

  @Test
  void plainProgress_ofShortWork_isSilent() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PlainProgress progress =
        new PlainProgress(
            new PrintStream(out, true, StandardCharsets.UTF_8), "embed", 10, 0, () -> 0)) {
      progress.at(10);
    }
    assertEquals(0, out.size());
  }

  @Test
  void plainProgress_ofResumedWork_estimatesFromWhatIsNew() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    long[] now = {0};
    try (PlainProgress progress =
        new PlainProgress(
            new PrintStream(out, true, StandardCharsets.UTF_8), "train", 400, 200, () -> now[0])) {
      now[0] = 10_000_000_000L;
      progress.at(300, () -> "");
    }
    assertEquals("train: 300 of 400, 0:10 left", out.toString(StandardCharsets.UTF_8).strip());
  }

  @Test
  void bar_takesTheRoomThatTheFiguresLeave() {
    String note = "1,650 img/s, -ELBO 98.83 rec 85.82 KL 13.02";
    String wide = BarRenderer.line("train", 1000, 4000, 0, 42, note, 120);
    assertEquals("train 1,000/4,000 [##########" + " ".repeat(30) + "] 2:06 left, " + note, wide);
    assertTrue(wide.length() < 120, wide);
    String narrow = BarRenderer.line("train", 1000, 4000, 0, 42, note, 80);
    assertEquals("train 1,000/4,000 2:06 left, " + note, narrow);
    assertEquals(80, BarRenderer.line("train", 1000, 4000, 0, 42, note + note, 80).length());
  }

  @Test
  void bar_atItsEnds_hasNoTimeLeft() {
    assertEquals("embed 0/10 [        ] ", BarRenderer.line("embed", 0, 10, 0, 0, "", 22));
    assertEquals("embed 10/10 [########] ok", BarRenderer.line("embed", 10, 10, 0, 3, "ok", 25));
    assertEquals("x 0/0 [        ] ", BarRenderer.line("x", 0, 0, 0, 3, "", 17));
  }
}
