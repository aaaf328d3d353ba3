package org.betavae.infer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import java.nio.file.Path;
import java.text.MessageFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.ResourceBundle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProviderTest {
  @TempDir Path folder;

  @Test
  void cuda_whereItIsMissing_fallsBackWithOneWarning() {
    assumeTrue(!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA));
    List<String> lines = new ArrayList<>();
    assertEquals(Provider.CPU, Ort.available(Provider.CUDA, () -> new Recorder(lines)));
    assertEquals(1, lines.size());
    assertTrue(lines.get(0).startsWith("WARNING CUDA is not available"), lines.get(0));
    assertTrue(lines.get(0).contains("onnxruntime_gpu"), lines.get(0));
  }

  @Test
  void cpu_logsNothing() {
    List<String> lines = new ArrayList<>();
    assertEquals(Provider.CPU, Ort.available(Provider.CPU, () -> new Recorder(lines)));
    assertEquals(List.of(), lines);
  }

  @Test
  void model_saysWhereItIsComputed() {
    assumeTrue(!OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA));
    ModelOptions cuda = ModelOptions.defaults().withProvider(Provider.CUDA);
    try (BetaVaeModel model = BetaVaeModel.open(TestModels.folder(folder, 1, 2, 3), cuda)) {
      assertEquals(Provider.CPU, model.provider());
      assertEquals(1, model.embed(new float[6]).count());
    }
  }

  private record Recorder(List<String> lines) implements System.Logger {
    @Override
    public String getName() {
      return "test";
    }

    @Override
    public boolean isLoggable(Level level) {
      return true;
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String message, Throwable thrown) {
      lines.add(level + " " + message);
    }

    @Override
    public void log(Level level, ResourceBundle bundle, String format, Object... params) {
      lines.add(level + " " + MessageFormat.format(format, params));
    }
  }
}
