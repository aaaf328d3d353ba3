package org.betavae.train;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.file.Path;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.NdArrays;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.summary.SummaryWriter;
import org.tensorflow.op.summary.WriteImageSummary;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;
import org.tensorflow.types.TUint8;

/**
 * {@code events.out.tfevents.*} for TensorBoard, by TensorFlow's own summary operators. Everything
 * is in the file when a call returns, so a killed run still shows.
 *
 * <p>For one thread; {@code close()} may be called twice.
 */
final class EventLog implements AutoCloseable {
  private static final int QUEUE = 10;
  private static final int FLUSH_MILLIS = 10_000;
  private static final int CHANNELS = 3;

  /** As TensorFlow 2 ends its own; the operator puts a dot before it. */
  private static final String SUFFIX = "v2";

  private final Path folder;
  private final Graph graph = new Graph();
  private final Session session;
  private final Placeholder<TInt64> step;
  private final Placeholder<TString> tag;
  private final Placeholder<TFloat32> value;
  private final Placeholder<TUint8> image;
  private final Placeholder<TString> event;
  private final Op writeScalar;
  private final Op writeImage;
  private final Op writeEvent;
  private final Op flush;
  private final Op end;
  private boolean closed;

  /**
   * Begins a file of its own.
   *
   * @param folder where
   * @param firstStep steps done before; what an earlier file says about later ones counts no more
   * @throws TrainException if the file cannot be written
   */
  EventLog(Path folder, long firstStep) {
    this.folder = folder;
    Ops tf = Ops.create(graph);
    SummaryWriter writer = tf.summary.summaryWriter();
    step = tf.placeholder(TInt64.class, Placeholder.shape(Shape.scalar()));
    tag = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    value = tf.placeholder(TFloat32.class, Placeholder.shape(Shape.scalar()));
    image = tf.placeholder(TUint8.class, Placeholder.shape(Shape.of(1, -1, -1, CHANNELS)));
    event = tf.placeholder(TString.class, Placeholder.shape(Shape.scalar()));
    Op begin =
        tf.summary.createSummaryFileWriter(
            writer,
            tf.constant(folder.toString()),
            tf.constant(QUEUE),
            tf.constant(FLUSH_MILLIS),
            tf.constant(SUFFIX));
    writeScalar = tf.summary.writeScalarSummary(writer, step, tag, value);
    writeImage =
        tf.summary.writeImageSummary(
            writer,
            step,
            tag,
            image,
            tf.dtypes.cast(tf.constant(new int[CHANNELS]), TUint8.class),
            WriteImageSummary.maxImages(1L));
    writeEvent = tf.summary.importEvent(writer, event);
    flush = tf.summary.flushSummaryWriter(writer);
    end = tf.summary.closeSummaryWriter(writer);
    session = open(graph);
    try {
      run(session.runner().addTarget(begin));
      begin(firstStep);
    } catch (RuntimeException | Error e) {
      session.close();
      graph.close();
      throw e;
    }
  }

  /** A session that leaves the training's threads alone. */
  private static Session open(Graph graph) {
    try {
      return new Session(
          graph,
          ConfigProto.newBuilder()
              .setUsePerSessionThreads(true)
              .setIntraOpParallelismThreads(1)
              .setInterOpParallelismThreads(1)
              .putDeviceCount("GPU", 0)
              .build());
    } catch (RuntimeException | Error e) {
      graph.close();
      throw e;
    }
  }

  /** Tells TensorBoard to forget what a killed process wrote after its last checkpoint. */
  private void begin(long firstStep) {
    Event start =
        Event.newBuilder()
            .setWallTime(System.currentTimeMillis() / 1e3)
            .setStep(firstStep)
            .setSessionLog(SessionLog.newBuilder().setStatus(SessionLog.SessionStatus.START))
            .build();
    try (TString bytes = TString.tensorOfBytes(NdArrays.scalarOfObject(start.toByteArray()))) {
      run(session.runner().feed(event, bytes).addTarget(writeEvent));
    }
  }

  /** Writes numbers of a step, each under its tag. */
  void scalars(long ofStep, Map<String, Double> values) {
    try (TInt64 s = TInt64.scalarOf(ofStep)) {
      values.forEach(
          (name, number) -> {
            try (TString t = TString.scalarOf(name);
                TFloat32 v = TFloat32.scalarOf(number.floatValue())) {
              run(
                  session
                      .runner()
                      .feed(step, s)
                      .feed(tag, t)
                      .feed(value, v)
                      .addTarget(writeScalar));
            }
          });
    }
    run(session.runner().addTarget(flush));
  }

  /** Writes a picture of a step; TensorBoard shows it as {@code tag/image}. */
  void picture(long ofStep, String name, BufferedImage picture) {
    try (TInt64 s = TInt64.scalarOf(ofStep);
        TString t = TString.scalarOf(name);
        TUint8 pixels = pixels(picture)) {
      run(session.runner().feed(step, s).feed(tag, t).feed(image, pixels).addTarget(writeImage));
    }
    run(session.runner().addTarget(flush));
  }

  private static TUint8 pixels(BufferedImage picture) {
    int width = picture.getWidth();
    int height = picture.getHeight();
    Raster raster = picture.getRaster();
    byte[] bytes = new byte[height * width * CHANNELS];
    for (int i = 0; i < bytes.length; i++) {
      int pixel = i / CHANNELS;
      int band = Math.min(i % CHANNELS, raster.getNumBands() - 1);
      bytes[i] = (byte) raster.getSample(pixel % width, pixel / width, band);
    }
    TUint8 tensor = TUint8.tensorOf(Shape.of(1, height, width, CHANNELS));
    tensor.asRawTensor().data().write(bytes);
    return tensor;
  }

  private void run(Session.Runner runner) {
    try {
      runner.run().close();
    } catch (TensorFlowException e) {
      throw new TrainException(
          "Cannot write TensorBoard's events into "
              + folder
              + ": "
              + e.getMessage().lines().findFirst().orElse("")
              + ". Check that there is space left.",
          e);
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      try {
        run(session.runner().addTarget(end));
      } finally {
        session.close();
        graph.close();
      }
    }
  }
}
