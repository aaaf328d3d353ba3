package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The choice of the session for single small calls. */
class SessionRaceTest {
  private static final long[] HUNDRED = {100, 100, 100, 5000};

  @TempDir Path folder;

  @Test
  void threads_haveToBeClearlyFaster_byTheMedian() {
    assertTrue(SessionRace.isClearlyBelow(new long[] {89, 89, 9000}, HUNDRED));
    assertFalse(SessionRace.isClearlyBelow(new long[] {90, 90, 90}, HUNDRED));
    assertFalse(SessionRace.isClearlyBelow(new long[] {1, 200, 200}, HUNDRED));
  }

  @Test
  void droppedSession_leavesOneForEveryCall() {
    Path path = TestModels.encoder(1, 2, 3).write(folder.resolve("e.onnx"));
    try (OnnxFile one = new OnnxFile(path, 1, Provider.CPU);
        OnnxFile three = new OnnxFile(path, 3, Provider.CPU)) {
      assertTrue(one.parallel().isEmpty());
      OrtSession pool = three.parallel().orElseThrow();
      TensorSpec input = three.inputs().get(0);
      three.dropSlowParallel(input, 1); // whichever wins, the file stays usable
      assertTrue(three.parallel().isEmpty() || three.parallel().get() == pool);
      assertEquals(2, three.probe(input, 2).size());
    }
  }

  @Test
  void results_areTheSame_whateverTheThreads() {
    Path path = TestModels.encoder(1, 2, 3).write(folder.resolve("e.onnx"));
    float[] image = {1, 0.5f, 0, 0, 0, 0};
    for (int threads : List.of(1, 2, 4)) {
      try (BetaVaeModel model =
          BetaVaeModel.open(path, null, ModelOptions.defaults().withThreads(threads))) {
        assertArrayEquals(new float[] {2, 1}, model.embed(image).mean());
      }
    }
  }
}
