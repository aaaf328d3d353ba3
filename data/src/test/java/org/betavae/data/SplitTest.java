package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.betavae.data.TestFiles.item;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {
  private static int[] items(Dataset data) {
    return IntStream.range(0, data.size()).map(i -> (int) item(data, i)[0]).toArray();
  }

  @Test
  void parts_holdEveryItemOnce() {
    Split split = Split.of(new ListDataset(100), 0.2, 1);
    assertEquals(80, split.train().size());
    assertEquals(20, split.validation().size());
    int[] all =
        IntStream.concat(
                Arrays.stream(items(split.train())), Arrays.stream(items(split.validation())))
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, 100).toArray(), all);
  }

  @Test
  void seed_decides() {
    int[] first = items(Split.of(new ListDataset(100), 0.5, 1).validation());
    assertArrayEquals(first, items(Split.of(new ListDataset(100), 0.5, 1).validation()));
    assertFalse(Arrays.equals(first, items(Split.of(new ListDataset(100), 0.5, 2).validation())));
  }

  @Test
  void eachPart_holdsAtLeastOne() {
    assertEquals(1, Split.of(new ListDataset(3), 0.001, 1).validation().size());
    assertEquals(1, Split.of(new ListDataset(3), 0.999, 1).train().size());
    assertEquals(1, Split.of(new ListDataset(2), 0.5, 1).train().size());
  }

  @Test
  void views_keepFactorsAndLeaveTheDataOpen() {
    ListDataset data = new ListDataset(10);
    Dataset train = Split.of(data, 0.3, 4).train();
    for (int i = 0; i < train.size(); i++) {
      assertEquals(item(train, i)[0], train.factors().orElseThrow().valueOf(i, 0));
      assertEquals((int) item(train, i)[0], train.factors().orElseThrow().classOf(i, 0));
    }
    train.close();
    assertEquals(0, data.closed);
    assertEquals("numbers", train.name());
  }

  @Test
  void badFractionsAndSingleItems_areRefused() {
    ListDataset data = new ListDataset(10);
    for (double fraction : new double[] {0, 1, -0.5, Double.NaN}) {
      assertBadArgument(() -> Split.of(data, fraction, 1), "" + fraction, "Use 0.1");
    }
    assertBadArgument(() -> Split.of(new ListDataset(1), 0.5, 1), "has 1 item", "at least 2");
  }
}
