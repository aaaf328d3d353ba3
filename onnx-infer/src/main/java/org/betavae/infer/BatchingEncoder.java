package org.betavae.infer;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Gathers the calls of many threads into batches and embeds each batch in one go, which a model
 * does faster than one image after another.
 *
 * <pre>{@code
 * try (BetaVaeModel model = BetaVaeModel.open(Path.of("model"));
 *     BatchingEncoder encoder = BatchingEncoder.of(model, BatchingOptions.defaults())) {
 *   encoder.submit(image).thenAccept(embedding -> ...);   // asynchronous
 *   float[] mean = encoder.embed(image).mean();           // waits
 * }
 * }</pre>
 *
 * <p><b>Order.</b> First come, first served: calls enter batches in the order of their acceptance,
 * and none overtakes another. With one batch at a time they are answered in that order too.
 *
 * <p><b>Too many calls.</b> When {@link BatchingOptions#maxQueue()} images wait, further calls are
 * refused at once with a {@link QueueFullException}; nothing that was accepted is ever dropped.
 *
 * <p><b>Deadlines and cancelling.</b> A call whose deadline passes is answered with a {@link
 * DeadlineExceededException} at that moment. Cancelling the future that {@link #submit} returned
 * (not one derived from it) withdraws the call. Both free its place in the queue; if its batch is
 * being computed already, the result is thrown away.
 *
 * <p><b>Threads.</b> Safe for threads. Actions that hang on a future run on the encoder's own
 * thread and hold up the next batch: use the {@code Async} methods of {@link CompletableFuture} for
 * all that takes time.
 *
 * <p><b>Closing.</b> {@link #close()} refuses further calls with an {@link IllegalStateException},
 * answers all that were accepted, and returns when that is done. It does not close the model: close
 * the encoder first.
 */
public final class BatchingEncoder implements AutoCloseable {
  private static final Logger LOG = System.getLogger(BatchingEncoder.class.getPackageName());

  private final Model model;
  private final BatchingOptions options;
  private final BatchingListener listener;
  private final CallQueue queue;
  private final List<Thread> threads = new ArrayList<>();
  private final ScheduledThreadPoolExecutor timer;
  private final AtomicBoolean listenerWarned = new AtomicBoolean();

  /** What is needed of a model. */
  interface Model {
    /** The number of images, all of them checked. */
    int check(float[] images);

    Embeddings embed(float[] images);
  }

  BatchingEncoder(Model model, BatchingOptions options, BatchingListener listener) {
    this.model = model;
    this.options = options;
    this.listener = listener;
    this.queue = new CallQueue(options, System::nanoTime);
    this.timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "betavae-deadlines"));
    timer.setRemoveOnCancelPolicy(true);
    // An alarm can only come too late if its call was answered while the encoder closed.
    timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
    for (int i = 1; i <= options.concurrentBatches(); i++) {
      threads.add(daemon(this::computeBatches, "betavae-batches-" + i));
    }
    threads.forEach(Thread::start);
  }

  /**
   * Starts gathering.
   *
   * @param model stays open until this is closed
   * @throws IllegalStateException if the model has no encoder or is closed
   */
  public static BatchingEncoder of(BetaVaeModel model, BatchingOptions options) {
    return of(model, options, BatchingListener.NONE);
  }

  /**
   * Starts gathering.
   *
   * @param model stays open until this is closed
   * @param listener hears what happens, for metrics
   * @throws IllegalStateException if the model has no encoder or is closed
   */
  public static BatchingEncoder of(
      BetaVaeModel model, BatchingOptions options, BatchingListener listener) {
    Objects.requireNonNull(model, "model is null, expected an open model");
    Objects.requireNonNull(options, "options is null, expected BatchingOptions.defaults()");
    Objects.requireNonNull(listener, "listener is null, expected BatchingListener.NONE for none");
    return new BatchingEncoder(model.forBatching(), options, listener);
  }

  /** How calls are gathered. */
  public BatchingOptions options() {
    return options;
  }

  /** Images that wait at this moment, besides those that are being computed. */
  public int queued() {
    return queue.images();
  }

  /**
   * Asks for the embedding of an image, or of some. The deadline is that of the options.
   *
   * @param images shape {@code [N, C, H, W]} or {@code [N, D]}, N from 1 to the largest batch;
   *     stays unchanged until the answer is there
   * @return the answer, or why there is none: a {@link DeadlineExceededException}, or what the
   *     model threw
   * @throws IllegalArgumentException if the images are not fit to be embedded, or too many
   * @throws QueueFullException if too many wait already
   * @throws IllegalStateException if closed
   */
  public CompletableFuture<Embeddings> submit(float[] images) {
    return submit(images, options.deadline());
  }

  /**
   * {@link #submit(float[])} with a deadline of its own.
   *
   * @param deadline the time from now until the answer, more than 0
   */
  public CompletableFuture<Embeddings> submit(float[] images, Duration deadline) {
    Objects.requireNonNull(deadline, "deadline is null, expected a duration");
    BatchingOptions.checkDeadline(deadline);
    return submit(images, Optional.of(deadline));
  }

  /**
   * {@link #submit(float[])}, and waits for the answer.
   *
   * @throws DeadlineExceededException if the deadline of the options passed
   * @throws InterruptedException if the thread was interrupted; the call is withdrawn
   */
  public Embeddings embed(float[] images) throws InterruptedException {
    return await(submit(images));
  }

  /**
   * {@link #submit(float[], Duration)}, and waits for the answer.
   *
   * @throws DeadlineExceededException if the deadline passed
   * @throws InterruptedException if the thread was interrupted; the call is withdrawn
   */
  public Embeddings embed(float[] images, Duration deadline) throws InterruptedException {
    return await(submit(images, deadline));
  }

  @Override
  public void close() {
    queue.close();
    boolean interrupted = false;
    for (Thread thread : threads) {
      // An action on an answer may close: its thread cannot wait for itself.
      while (thread != Thread.currentThread() && thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    timer.shutdown(); // alarms of what is still to be answered go on
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private CompletableFuture<Embeddings> submit(float[] images, Optional<Duration> deadline) {
    int count = model.check(images);
    if (count > options.maxBatch()) {
      throw new IllegalArgumentException(
          "images are "
              + count
              + ", expected at most "
              + options.maxBatch()
              + ", the largest batch. Send fewer in one call, or embed them with the model"
              + " itself.");
    }
    BatchedCall call = new BatchedCall(images, count, System.nanoTime());
    CompletableFuture<Embeddings> answer = call.answer();
    int queued;
    try {
      queued = queue.add(call);
    } catch (QueueFullException e) {
      tell(() -> listener.onRejected(e.queued()));
      throw e;
    }
    tell(() -> listener.onAccepted(queued));
    Optional<ScheduledFuture<?>> alarm = deadline.map(time -> expireAfter(time, answer));
    var unused = answer.whenComplete((embeddings, failure) -> settled(call, alarm, failure));
    return answer;
  }

  private ScheduledFuture<?> expireAfter(Duration time, CompletableFuture<Embeddings> answer) {
    return timer.schedule(
        () -> answer.completeExceptionally(new DeadlineExceededException(time)),
        time.toNanos(),
        TimeUnit.NANOSECONDS);
  }

  /** An answer is there, by whatever way. */
  private void settled(BatchedCall call, Optional<ScheduledFuture<?>> alarm, Throwable failure) {
    alarm.ifPresent(future -> future.cancel(false));
    if (failure != null) {
      queue.remove(call);
    }
    if (failure instanceof CancellationException) {
      tell(listener::onCancelled);
    } else if (failure instanceof DeadlineExceededException) {
      tell(listener::onExpired);
    }
  }

  private Embeddings await(CompletableFuture<Embeddings> answer) throws InterruptedException {
    if (threads.contains(Thread.currentThread())) {
      answer.cancel(false);
      throw new IllegalStateException(
          "embed was called by the encoder's own thread, which would wait for itself for ever,"
              + " expected another thread. Use submit, or thenApplyAsync for the action that"
              + " calls.");
    }
    try {
      return answer.get();
    } catch (InterruptedException e) {
      answer.cancel(false);
      throw e;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  private void computeBatches() {
    while (true) {
      CallQueue.Gathered gathered = queue.take();
      if (gathered.calls().isEmpty()) {
        return;
      }
      // Who was cancelled between being taken and now needs no computing.
      List<BatchedCall> calls =
          gathered.calls().stream().filter(call -> !call.answer().isDone()).toList();
      long now = System.nanoTime();
      calls.forEach(call -> tell(() -> listener.onStarted(now - call.acceptedNanos())));
      if (!calls.isEmpty()) {
        compute(calls, gathered.queued());
      }
    }
  }

  private void compute(List<BatchedCall> calls, int queued) {
    long start = System.nanoTime();
    int images = calls.stream().mapToInt(BatchedCall::count).sum();
    Embeddings embeddings = null;
    Throwable failure = null;
    try {
      embeddings = model.embed(joined(calls, images));
    } catch (Throwable e) { // whatever it is, the callers wait for an answer
      failure = e;
    }
    long nanos = System.nanoTime() - start;
    boolean failed = failure != null;
    tell(
        () ->
            listener.onBatch(
                new BatchingListener.Batch(calls.size(), images, queued, nanos, failed)));
    if (failed) {
      fail(calls, failure);
    } else {
      answer(calls, embeddings);
    }
  }

  /** Where one call's images were changed after they had been checked, the others still count. */
  private void fail(List<BatchedCall> calls, Throwable failure) {
    if (failure instanceof IllegalArgumentException && calls.size() > 1) {
      calls.forEach(call -> compute(List.of(call), 0));
    } else {
      calls.forEach(call -> call.answer().completeExceptionally(failure));
    }
  }

  private static void answer(List<BatchedCall> calls, Embeddings embeddings) {
    int first = 0;
    for (BatchedCall call : calls) {
      call.answer().complete(embeddings.part(first, call.count()));
      first += call.count();
    }
  }

  private static float[] joined(List<BatchedCall> calls, int images) {
    if (calls.size() == 1) {
      return calls.get(0).images();
    }
    BatchedCall head = calls.get(0);
    int itemSize = head.images().length / head.count();
    float[] all = new float[images * itemSize];
    int at = 0;
    for (BatchedCall call : calls) {
      System.arraycopy(call.images(), 0, all, at, call.images().length);
      at += call.images().length;
    }
    return all;
  }

  private void tell(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      if (listenerWarned.compareAndSet(false, true)) {
        LOG.log(
            Level.WARNING,
            "A listener of a batching encoder fails; calls are answered all the same",
            e);
      }
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
