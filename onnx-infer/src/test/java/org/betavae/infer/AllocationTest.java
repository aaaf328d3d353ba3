package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a call into the caller's own arrays or buffers leaves to the garbage collector. */
class AllocationTest {
  private static final int SIZE = 64 * 64;
  private static final int CALLS = 2000;
  private static final long MOST_BYTES = 1024;

  @TempDir Path folder;

  @BeforeEach
  void write() {
    assumeTrue(AllocatedBytes.isSupported(), "this JVM does not count allocations");
    TestModels.folder(folder, 1, 64, 64);
  }

  @Test
  void callsIntoTheCallersArrays_allocateLessThanAKilobyte() {
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2))) {
      for (int batch : new int[] {1, 4}) {
        float[] images = new float[batch * SIZE];
        float[] mean = new float[batch * 2];
        float[] logVar = new float[batch * 2];
        check("embed " + batch, () -> model.embed(images, mean, logVar), batch, MOST_BYTES);
        check("decode " + batch, () -> model.decode(mean, images), batch, MOST_BYTES);
      }
    }
  }

  /** 450 to 500 for each run of 8 images, nearly all of it ONNX Runtime's own objects. */
  @Test
  void bulkCalls_allocateLessThan68BytesAnImage() {
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(2))) {
      for (int batch : new int[] {64, 256}) {
        float[] images = new float[batch * SIZE];
        float[] mean = new float[batch * 2];
        float[] logVar = new float[batch * 2];
        check("embed " + batch, () -> model.embed(images, mean, logVar), batch, 68L * batch);
        check("decode " + batch, () -> model.decode(mean, images), batch, 68L * batch);
      }
    }
  }

  @Test
  void callsOnDirectBuffers_allocateLessThanAKilobyte() {
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(1))) {
      FloatBuffer images = direct(SIZE);
      FloatBuffer mean = direct(2);
      FloatBuffer logVar = direct(2);
      check("embed", () -> model.embed(images, mean, logVar), 1, MOST_BYTES);
      check("decode", () -> model.decode(mean, images), 1, MOST_BYTES);
    }
  }

  /** PyTorch's usual decoders: their sigmoid is a second run. */
  @Test
  void decodersOfLogits_allocateLessThanAKilobyte() {
    Path decoder =
        new OnnxModelBuilder()
            .input("z", OnnxModelBuilder.FREE, TestModels.LATENTS)
            .weight("weight", TestModels.diagonal(2, SIZE, 1), 2, SIZE)
            .node("MatMul", List.of("z", "weight"), "logits")
            .output("logits", OnnxModelBuilder.FREE, SIZE)
            .write(folder.resolve("logits.onnx"));
    try (BetaVaeModel model =
        BetaVaeModel.open(null, decoder, ModelOptions.defaults().withThreads(2))) {
      float[] z = {0, 1};
      float[] images = new float[SIZE];
      check("decode logits", () -> model.decode(z, images), 1, MOST_BYTES);
      assertEquals(1 / (1 + Math.exp(-1)), images[1], 1e-6);
    }
  }

  @Test
  void batchesThatTakeTurns_keepTheirTensors() {
    try (BetaVaeModel model = BetaVaeModel.open(folder, ModelOptions.defaults().withThreads(1))) {
      float[][] images = {new float[SIZE], new float[2 * SIZE], new float[3 * SIZE]};
      float[][] latents = {new float[2], new float[4], new float[6]};
      int[] turn = {0};
      check(
          "embed 1, 2, 3",
          () -> {
            int i = turn[0]++ % 3;
            model.embed(images[i], latents[i], latents[i]);
          },
          1,
          MOST_BYTES);
    }
  }

  private static void check(String what, Runnable call, int batch, long most) {
    int calls = Math.max(100, CALLS / batch);
    for (int i = 0; i < calls; i++) {
      call.run();
    }
    long before = allocated();
    for (int i = 0; i < calls; i++) {
      call.run();
    }
    long each = (allocated() - before) / calls;
    System.out.println("allocated by " + what + ": " + each + " bytes a call");
    assertTrue(each < most, what + " allocates " + each + " bytes a call");
  }

  /** By the threads of the library and this one. */
  private static long allocated() {
    long[] ids =
        Thread.getAllStackTraces().keySet().stream()
            .filter(t -> t == Thread.currentThread() || t.getName().startsWith("betavae"))
            .mapToLong(Thread::getId)
            .toArray();
    return Arrays.stream(AllocatedBytes.of(ids)).filter(b -> b > 0).sum();
  }

  private static FloatBuffer direct(int length) {
    return ByteBuffer.allocateDirect(4 * length).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
