package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** The rules of gathering, each with a model that computes when the test says so. */
@Timeout(30)
class BatchingEncoderTest {
  private static final int MANY = 1_000_000;
  private static final Duration LONG = Duration.ofHours(1);

  private final HeldModel model = new HeldModel();
  private final Events events = new Events();
  private BatchingEncoder encoder = open(BatchingOptions.defaults());

  private BatchingEncoder open(BatchingOptions options) {
    return new BatchingEncoder(model, options, events);
  }

  @AfterEach
  void close() {
    model.letGo(MANY);
    encoder.close();
  }

  @Test
  void callsThatComeDuringABatch_areTheNextBatch_inTheirOrder() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(4));
    List<CompletableFuture<Embeddings>> answers = new ArrayList<>();
    answers.add(encoder.submit(image(0)));
    model.awaitBatch();
    for (int i = 1; i <= 6; i++) {
      answers.add(encoder.submit(image(i)));
    }
    assertEquals(6, encoder.queued());
    model.letGo(3);
    for (int i = 0; i <= 6; i++) {
      assertEquals(2f * i, answers.get(i).get().mean()[0]);
      assertEquals(1, answers.get(i).get().count());
    }
    assertEquals(List.of(List.of(0f), List.of(1f, 2f, 3f, 4f), List.of(5f, 6f)), model.batches());
  }

  @Test
  void waitingTime_letsABatchFillUp() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(3).withMaxWait(LONG));
    model.letGo(MANY);
    CompletableFuture<Embeddings> first = encoder.submit(image(1));
    CompletableFuture<Embeddings> second = encoder.submit(image(2));
    assertThrows(
        java.util.concurrent.TimeoutException.class, () -> first.get(50, TimeUnit.MILLISECONDS));
    CompletableFuture<Embeddings> third = encoder.submit(image(3));
    CompletableFuture.allOf(first, second, third).get();
    assertEquals(List.of(List.of(1f, 2f, 3f)), model.batches());
  }

  @Test
  void waitingTime_endsForABatchThatIsNotFull() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(3).withMaxWait(Duration.ofMillis(20)));
    model.letGo(MANY);
    long start = System.nanoTime();
    assertEquals(2f, encoder.embed(image(1)).mean()[0]);
    assertTrue(System.nanoTime() - start >= 20_000_000, "did not wait");
  }

  /** Were the wait counted from the last call, the first would never be answered. */
  @Test
  void waitingTime_ends_thoughCallsKeepComing() throws Exception {
    encoder =
        open(BatchingOptions.defaults().withMaxBatch(MANY).withMaxWait(Duration.ofMillis(50)));
    model.letGo(MANY);
    CompletableFuture<Embeddings> first = encoder.submit(image(1));
    while (!first.isDone()) {
      CompletableFuture<Embeddings> unused = encoder.submit(image(2));
      Thread.sleep(1);
    }
    assertEquals(2f, first.get().mean()[0]);
    assertEquals(1f, model.batches().get(0).get(0));
  }

  @Test
  void callOfSeveralImages_staysTogether_andIsNotOvertaken() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(4));
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    CompletableFuture<Embeddings> two = encoder.submit(new float[] {1, 2});
    CompletableFuture<Embeddings> three = encoder.submit(new float[] {3, 4, 5});
    CompletableFuture<Embeddings> one = encoder.submit(image(6));
    model.letGo(MANY);
    assertEquals(3, three.get().count());
    assertEquals("[6.0, 8.0, 10.0]", Arrays.toString(three.get().mean()));
    assertEquals("[2.0, 4.0]", Arrays.toString(two.get().mean()));
    CompletableFuture.allOf(running, one).get();
    assertEquals(List.of(List.of(0f), List.of(1f, 2f), List.of(3f, 4f, 5f, 6f)), model.batches());
  }

  @Test
  void fullQueue_refusesAtOnce_andSaysSo() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(2).withMaxQueue(3));
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    CompletableFuture<Embeddings> waiting = encoder.submit(new float[] {1, 2});
    QueueFullException e =
        assertThrows(QueueFullException.class, () -> encoder.submit(new float[] {3, 4}));
    assertEquals(2, e.queued());
    assertEquals(3, e.maxQueue());
    says(e, "2 images wait and 2 came, expected at most 3", "Try again later");
    CompletableFuture<Embeddings> fits = encoder.submit(image(5));
    model.letGo(MANY);
    CompletableFuture.allOf(running, waiting, fits).get();
    assertEquals(3, encoder.embed(image(1.5f)).mean()[0]);
    assertEquals("accepted 1,2,3,1 rejected 2", events.queues());
  }

  @Test
  void deadline_isAnsweredWhenItPasses_andFreesThePlace() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(1).withMaxQueue(1));
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    Duration time = Duration.ofMillis(30);
    CompletableFuture<Embeddings> late = encoder.submit(image(1), time);
    ExecutionException e = assertThrows(ExecutionException.class, late::get);
    DeadlineExceededException cause =
        assertInstanceOf(DeadlineExceededException.class, e.getCause());
    says(cause, "within 30.0 ms", "allow more time");
    assertEquals(time, cause.deadline());
    assertEquals(0, encoder.queued());
    DeadlineExceededException blocking =
        assertThrows(DeadlineExceededException.class, () -> encoder.embed(image(1), time));
    assertEquals(time, blocking.deadline());
    model.letGo(MANY);
    running.get();
    encoder.close();
    assertEquals(List.of(List.of(0f)), model.batches());
    assertEquals(2, events.expired());
  }

  @Test
  void deadline_passesDuringTheComputing_too() {
    encoder = open(BatchingOptions.defaults().withDeadline(Duration.ofMillis(30)));
    CompletableFuture<Embeddings> answer = encoder.submit(image(1));
    model.awaitBatch();
    ExecutionException e = assertThrows(ExecutionException.class, answer::get);
    assertInstanceOf(DeadlineExceededException.class, e.getCause());
  }

  @Test
  void cancelledCall_leavesTheQueue_andIsNotComputed() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(2).withMaxQueue(2));
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    CompletableFuture<Embeddings> unwanted = encoder.submit(image(1));
    CompletableFuture<Embeddings> wanted = encoder.submit(image(2));
    assertTrue(unwanted.cancel(true));
    assertEquals(1, encoder.queued());
    CompletableFuture<Embeddings> next = encoder.submit(image(3));
    assertTrue(running.cancel(false), "a call may be cancelled while it is computed");
    model.letGo(MANY);
    assertEquals(4, wanted.get().mean()[0]);
    assertEquals(6, next.get().mean()[0]);
    assertThrows(CancellationException.class, unwanted::get);
    assertThrows(CancellationException.class, running::get);
    assertEquals(List.of(List.of(0f), List.of(2f, 3f)), model.batches());
    assertEquals(2, events.cancelled());
  }

  @Test
  void interruptedCaller_withdrawsItsCall() throws Exception {
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        new Thread(() -> thrown.set(assertThrows(Throwable.class, () -> encoder.embed(image(1)))));
    caller.start();
    while (encoder.queued() == 0) {
      Thread.onSpinWait();
    }
    caller.interrupt();
    caller.join();
    assertInstanceOf(InterruptedException.class, thrown.get());
    assertEquals(0, encoder.queued());
    model.letGo(MANY);
    running.get();
  }

  @Test
  void close_answersAllThatWasAccepted_andRefusesLaterCalls() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(2).withMaxWait(LONG));
    List<CompletableFuture<Embeddings>> answers = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      answers.add(encoder.submit(image(i)));
    }
    Thread closing = new Thread(encoder::close);
    closing.start();
    while (closing.getState() != Thread.State.WAITING) {
      closing.join(1); // until it waits for the answers
      assertTrue(closing.isAlive(), "returned before the answers were there");
    }
    IllegalStateException e =
        assertThrows(IllegalStateException.class, () -> encoder.submit(image(9)));
    says(e, "The batching encoder is closed", "Open another one");
    model.letGo(MANY);
    closing.join();
    for (int i = 0; i < 7; i++) {
      assertTrue(answers.get(i).isDone());
      assertEquals(2f * i, answers.get(i).get().mean()[0]);
    }
    encoder.close();
  }

  @Test
  void close_fromAnAction_doesNotWaitForItself() throws Exception {
    model.letGo(MANY);
    encoder.submit(image(1)).thenRun(encoder::close).get();
    assertThrows(IllegalStateException.class, () -> encoder.submit(image(1)));
  }

  @Test
  void embed_fromAnAction_isRefused_forItWouldWaitForItself() throws Exception {
    CompletableFuture<Embeddings> first = encoder.submit(image(1));
    model.awaitBatch();
    CompletableFuture<Float> action =
        first.thenApply(
            unused ->
                says(
                    assertThrows(IllegalStateException.class, () -> encoder.embed(image(2))),
                    "by the encoder's own thread",
                    "Use submit"));
    model.letGo(MANY);
    action.get();
    assertEquals(6, encoder.embed(image(3)).mean()[0]);
  }

  @Test
  void failure_reachesEveryCallOfItsBatch_andTheNextBatchIsComputed() throws Exception {
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    CompletableFuture<Embeddings> bad = encoder.submit(image(-1));
    CompletableFuture<Embeddings> beside = encoder.submit(image(1));
    model.letGo(MANY);
    running.get();
    for (CompletableFuture<Embeddings> answer : List.of(bad, beside)) {
      ExecutionException e = assertThrows(ExecutionException.class, answer::get);
      says(assertInstanceOf(StackOverflowError.class, e.getCause()), "broken on purpose");
    }
    assertThrows(StackOverflowError.class, () -> encoder.embed(image(-1)));
    assertEquals(4, encoder.embed(image(2)).mean()[0]);
  }

  @Test
  void imageThatWasChangedMeanwhile_spoilsOnlyItsOwnAnswer() throws Exception {
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    float[] changing = image(1);
    CompletableFuture<Embeddings> bad = encoder.submit(changing);
    CompletableFuture<Embeddings> good = encoder.submit(image(2));
    changing[0] = Float.NaN;
    model.letGo(MANY);
    running.get();
    assertEquals(4, good.get().mean()[0]);
    ExecutionException e = assertThrows(ExecutionException.class, bad::get);
    assertInstanceOf(IllegalArgumentException.class, e.getCause());
  }

  @Test
  void listener_hearsOfBatchesAndWaits_andMayFail() throws Exception {
    encoder = open(BatchingOptions.defaults().withMaxBatch(2));
    CompletableFuture<Embeddings> running = encoder.submit(image(0));
    model.awaitBatch();
    CompletableFuture<Embeddings> second = encoder.submit(image(1));
    CompletableFuture<Embeddings> third = encoder.submit(image(2));
    CompletableFuture<Embeddings> last = encoder.submit(image(3));
    Thread.sleep(5);
    model.letGo(MANY);
    CompletableFuture.allOf(running, second, third, last).get();
    encoder.close();
    List<BatchingListener.Batch> batches = events.batches();
    assertEquals(
        "1/1/0 2/2/1 1/1/0",
        String.join(
            " ",
            batches.stream().map(b -> b.calls() + "/" + b.images() + "/" + b.queued()).toList()));
    assertTrue(batches.get(0).computeNanos() >= 5_000_000);
    assertFalse(batches.get(0).failed());
    assertEquals(4, events.waits().size());
    assertTrue(events.waits().get(1) >= 5_000_000);
    events.failFromNowOn();
    encoder = open(BatchingOptions.defaults());
    assertEquals(8, encoder.embed(image(4)).mean()[0]);
  }

  @Test
  void wrongArguments_areRefused() {
    refused(
        () -> encoder.submit(new float[65]), "images are 65, expected at most 64", "Send fewer");
    refused(() -> encoder.submit(new float[0]), "images is empty");
    refused(() -> encoder.submit(null), "images is null");
    for (Duration bad : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(2))) {
      refused(() -> encoder.submit(image(1), bad), "deadline is " + bad, "Leave it out");
      refused(() -> encoder.options().withDeadline(bad), "deadline is " + bad);
    }
    BatchingOptions options = BatchingOptions.defaults();
    refused(() -> options.withMaxBatch(0), "maxBatch is 0, expected 1 or more");
    refused(() -> options.withMaxQueue(63), "maxQueue is 63", "maxBatch, which is 64");
    refused(() -> options.withConcurrentBatches(0), "concurrentBatches is 0");
    refused(() -> options.withConcurrentBatches(2000), "concurrentBatches is 2000", "at most 1024");
    refused(() -> options.withMaxWait(Duration.ofMillis(-1)), "maxWait is PT-0.001S");
    assertEquals(5000, options.withMaxBatch(5000).maxQueue());
    assertEquals(Optional.empty(), options.deadline());
  }

  @Test
  void samePartIsNotCopied() {
    Embeddings embeddings = new Embeddings(2, 1, new float[] {1, 2}, new float[2]);
    assertSame(embeddings, embeddings.part(0, 2));
    assertEquals(2, embeddings.part(1, 1).mean()[0]);
  }

  private static float[] image(float value) {
    return new float[] {value};
  }

  private static void refused(Executable call, String... parts) {
    says(assertThrows(IllegalArgumentException.class, call), parts);
  }

  private static float says(Throwable e, String... parts) {
    for (String part : parts) {
      assertTrue(e.getMessage().contains(part), e.getMessage());
    }
    return 0;
  }

  private static final class Events implements BatchingListener {
    private final List<String> accepted = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private final List<Long> waits = new ArrayList<>();
    private final List<Batch> batches = new ArrayList<>();
    private int expired;
    private int cancelled;
    private boolean failing;

    @Override
    public synchronized void onAccepted(int queued) {
      accepted.add("" + queued);
      check();
    }

    @Override
    public synchronized void onRejected(int queued) {
      rejected.add("" + queued);
      check();
    }

    @Override
    public synchronized void onStarted(long waitNanos) {
      waits.add(waitNanos);
      check();
    }

    @Override
    public synchronized void onCancelled() {
      cancelled++;
    }

    @Override
    public synchronized void onExpired() {
      expired++;
    }

    @Override
    public synchronized void onBatch(Batch batch) {
      batches.add(batch);
      check();
    }

    private void check() {
      if (failing) {
        throw new IllegalStateException("a listener that fails");
      }
    }

    synchronized void failFromNowOn() {
      failing = true;
    }

    synchronized String queues() {
      return "accepted " + String.join(",", accepted) + " rejected " + String.join(",", rejected);
    }

    synchronized List<Long> waits() {
      return List.copyOf(waits);
    }

    synchronized List<Batch> batches() {
      return List.copyOf(batches);
    }

    synchronized int expired() {
      return expired;
    }

    synchronized int cancelled() {
      return cancelled;
    }
  }
}
