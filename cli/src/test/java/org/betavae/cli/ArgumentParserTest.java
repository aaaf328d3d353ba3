package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArgumentParserTest {
  private static final Opt<Integer> COUNT = Opt.integer("count", "how many", 1, 100).or(7);
  private static final Opt<Double> BETA =
      Opt.number("beta", "weight", 0, Double.POSITIVE_INFINITY).or(4.0);
  private static final Opt<Path> OUT = Opt.path("out", "FILE", "what to write").needed();
  private static final Opt<String> MODE = Opt.choice("mode", "how", List.of("fast", "slow"));
  private static final Opt<Boolean> FORCE = Opt.flag("force", "do it");
  private static final List<Opt<?>> OPTIONS = List.of(COUNT, BETA, OUT, MODE, FORCE);

  private static Arguments parse(String... args) {
    return new ArgumentParser(OPTIONS, "").parse(List.of(args));
  }

  private static String problem(String... args) {
    return assertThrows(UsageException.class, () -> parse(args)).getMessage();
  }

  @Test
  void options_leftOut_haveTheirDefaults() {
    Arguments args = parse("--out", "x");
    assertEquals(7, args.get(COUNT));
    assertEquals(4.0, args.get(BETA));
    assertEquals(Optional.empty(), args.find(MODE));
    assertFalse(args.get(FORCE));
    assertFalse(args.has(COUNT));
    assertEquals(Optional.empty(), args.typed(COUNT));
  }

  @Test
  void options_given_areReadByType() {
    Arguments args =
        parse("--count=100", "--beta", "1e-3", "--out", "a b", "--mode", "SLOW", "--force");
    assertEquals(100, args.get(COUNT));
    assertEquals(0.001, args.get(BETA));
    assertEquals(Path.of("a b"), args.get(OUT));
    assertEquals("slow", args.get(MODE));
    assertTrue(args.get(FORCE));
    assertEquals(Optional.of(100), args.typed(COUNT));
  }

  @Test
  void option_withNegativeValue_isRefusedByItsRangeAndNotAsAnOption() {
    assertEquals(
        "--beta is \"-1\", expected a finite number >= 0: weight",
        problem("--out", "x", "--beta", "-1"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"NaN", "Infinity", "1e999", "four", ""})
  void number_thatIsNotFinite_isRefused(String text) {
    assertEquals(
        "--beta is \"" + text + "\", expected a finite number >= 0: weight",
        problem("--out", "x", "--beta", text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "101", "1.5", "99999999999999999999", "x"})
  void integer_outOfItsRange_isRefused(String text) {
    assertEquals(
        "--count is \"" + text + "\", expected a whole number from 1 to 100: how many",
        problem("--out", "x", "--count", text));
  }

  @Test
  void problems_areReportedTogether() {
    String message = problem("--count", "0", "--mode", "quick", "--froce");
    assertEquals(
        "--count is \"0\", expected a whole number from 1 to 100: how many; "
            + "--out is missing, expected FILE: what to write; "
            + "--mode is \"quick\", expected one of fast, slow; "
            + "unknown option --froce (did you mean --force?)",
        message);
  }

  @Test
  void option_withoutItsValue_saysWhatIsExpected() {
    assertEquals(
        "--count has no value, expected a whole number from 1 to 100: how many",
        problem("--out", "x", "--count"));
  }

  @Test
  void option_givenTwice_isRefused() {
    assertEquals(
        "--count is given 2 times (1, 2), expected once",
        problem("--out", "x", "--count", "1", "--count", "2"));
  }

  @Test
  void operand_wherenoneIsExpected_isNamed() {
    assertEquals(
        "unexpected argument \"z\", expected options only (they begin with --)",
        problem("--out", "x", "z"));
  }

  @Test
  void operand_isReturned_orAskedFor() {
    ArgumentParser parser = new ArgumentParser(List.of(FORCE), "FILE");
    assertEquals("a.onnx", parser.parse(List.of("--force", "a.onnx")).operand());
    String none = assertThrows(UsageException.class, () -> parser.parse(List.of())).getMessage();
    assertEquals("no FILE given, expected one", none);
    String two =
        assertThrows(UsageException.class, () -> parser.parse(List.of("a", "b"))).getMessage();
    assertEquals("found 2 arguments \"a\", \"b\", expected one FILE", two);
  }

  @Test
  void get_ofAnOptionWithoutValueAndDefault_isACallersError() {
    Arguments args = parse("--out", "x");
    assertThrows(IllegalStateException.class, () -> args.get(MODE));
  }
}
