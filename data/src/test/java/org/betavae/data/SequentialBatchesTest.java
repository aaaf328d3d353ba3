package org.betavae.data;

import static org.betavae.data.TestFiles.assertBadArgument;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SequentialBatchesTest {
  @ParameterizedTest
  @CsvSource({"10,3,0", "10,3,2", "9,3,2", "9,3,0", "2,100,1", "1,1,5"})
  void everyItem_comesOnceInOrder(int size, int batchSize, int prefetch) {
    int expected = 0;
    long step = 0;
    try (SequentialBatches batches =
        new SequentialBatches(new ListDataset(size), batchSize, prefetch)) {
      while (batches.hasNext()) {
        Batch batch = batches.next();
        assertEquals(step++, batch.step());
        assertEquals(Math.min(batchSize, size - expected), batch.size());
        assertEquals(2 * batch.size(), batch.values().length);
        for (int i = 0; i < batch.size(); i++) {
          assertEquals(expected, batch.indices()[i]);
          assertEquals(expected++, batch.values()[2 * i]);
        }
      }
      assertThrows(NoSuchElementException.class, batches::next);
    }
    assertEquals(size, expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 2})
  void errorWhileReading_surfacesInNext(int prefetch) {
    try (SequentialBatches batches = new SequentialBatches(new ListDataset(5, 4), 2, prefetch)) {
      batches.next();
      batches.next();
      assertThrows(DataException.class, batches::next);
    }
  }

  @Test
  void closed_refusesNextAndClosesTwice() {
    SequentialBatches batches = new SequentialBatches(new ListDataset(5), 2, 2);
    assertTrue(batches.hasNext());
    batches.close();
    batches.close();
    assertThrows(IllegalStateException.class, batches::next);
    assertFalse(new SequentialBatches(new ListDataset(1), 1, 0).next().size() > 1);
  }

  @Test
  void badNumbers_areRefused() {
    assertBadArgument(
        () -> new SequentialBatches(new ListDataset(5), 0, 0), "batch size is 0", "Use 64");
    assertBadArgument(
        () -> new SequentialBatches(new ListDataset(5), 1, -1), "prefetch is -1", "Use 0");
  }
}
