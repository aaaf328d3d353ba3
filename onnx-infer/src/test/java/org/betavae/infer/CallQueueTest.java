package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a batch is due and who is in it, by a clock that the test turns. */
@Timeout(30)
class CallQueueTest {
  private static final long WAIT = 1000;
  private static final BatchingOptions WAITING =
      BatchingOptions.defaults().withMaxBatch(4).withMaxWait(Duration.ofNanos(WAIT));

  /** Any start: {@link System#nanoTime} may be negative and may overflow. */
  private long now = Long.MAX_VALUE - 100;

  private final CallQueue queue = new CallQueue(WAITING, () -> now);

  private BatchedCall add(int count) {
    return add(queue, count);
  }

  private BatchedCall add(CallQueue to, int count) {
    BatchedCall call = new BatchedCall(new float[count], count, now);
    to.add(call);
    return call;
  }

  @Test
  void longestWait_countsFromTheFirstCall_andLaterOnesDoNotDrawItOut() {
    assertEquals(Long.MAX_VALUE, queue.waitNanos(), "an empty queue waits for a call");
    BatchedCall first = add(1);
    assertEquals(WAIT, queue.waitNanos());
    now += 600;
    BatchedCall second = add(1);
    assertEquals(400, queue.waitNanos());
    now += 399;
    BatchedCall third = add(1);
    assertEquals(1, queue.waitNanos());
    now += 1;
    assertEquals(0, queue.waitNanos());
    assertEquals(List.of(first, second, third), queue.take().calls());
  }

  @Test
  void batchThatIsFull_isDueAtOnce_andTheRestWaitsFromItsOwnFirstCall() {
    for (int i = 0; i < 3; i++) {
      add(1);
      now += 100;
    }
    BatchedCall last = add(2);
    assertEquals(0, queue.waitNanos());
    assertEquals(3, queue.take().calls().size());
    now += 50;
    assertEquals(WAIT - 50, queue.waitNanos());
    now += WAIT;
    assertEquals(0, queue.waitNanos(), "what is overdue is due");
    assertEquals(List.of(last), queue.take().calls());
  }

  @Test
  void callThatWasWithdrawn_isNoReasonToHurry() {
    BatchedCall first = add(3);
    now += 700;
    BatchedCall second = add(1);
    assertEquals(0, queue.waitNanos());
    queue.remove(first);
    assertEquals(WAIT, queue.waitNanos());
    now += WAIT;
    assertEquals(List.of(second), queue.take().calls());
    assertEquals(Long.MAX_VALUE, queue.waitNanos());
  }

  @Test
  void closing_letsNobodyWait() {
    add(1);
    queue.close();
    assertEquals(0, queue.waitNanos());
    assertEquals(1, queue.take().calls().size());
    assertEquals(List.of(), queue.take().calls());
  }

  /** So a call waits for the calls before it and for none after it, whatever their sizes. */
  @Test
  void batches_areTheCallsInTheirOrder_eachAsLargeAsItCanBe() {
    BatchingOptions options = BatchingOptions.defaults().withMaxBatch(7).withMaxQueue(40);
    CallQueue calls = new CallQueue(options, () -> now);
    Random random = new Random(3);
    List<BatchedCall> accepted = new ArrayList<>();
    List<BatchedCall> taken = new ArrayList<>();
    for (int round = 0; round < 1000; round++) {
      for (int i = random.nextInt(6); i > 0 && calls.images() <= 40 - 7; i--) {
        accepted.add(add(calls, 1 + random.nextInt(7)));
        now += random.nextInt(50);
      }
      if (calls.images() > 0) {
        List<BatchedCall> batch = calls.take().calls();
        taken.addAll(batch);
        assertEquals(accepted.subList(0, taken.size()), taken);
        int images = batch.stream().mapToInt(BatchedCall::count).sum();
        int next = taken.size() == accepted.size() ? 7 : accepted.get(taken.size()).count();
        assertTrue(images <= 7 && images + next > 7, images + " images, and " + next + " next");
      }
    }
    assertTrue(taken.size() > 1000, taken.size() + " calls");
  }
}
