package org.betavae.samples.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.betavae.data.DataSources;
import org.betavae.data.Dataset;
import org.betavae.data.SourceOptions;
import org.betavae.export.ConvertOptions;
import org.betavae.export.ModelFolder;
import org.betavae.train.RunFolder;
import org.betavae.train.RunModels;
import org.betavae.train.TrainConfig;
import org.betavae.train.TrainListener;
import org.betavae.train.Trainer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample with models of a few seconds' training. By chance an original would be among the five
 * once in 400 or 1,000 queries. The floors were set before any figure of the checked search was
 * seen: its candidates are a hundred for each shift, where the index alone was known to have two of
 * three noisy originals among its first five, and the search over all pixels to find every one.
 */
class FindNearDuplicatesTest {
  /** What the index alone found, then what was left after the check. */
  private static final Pattern LINE =
      Pattern.compile("(?m)^shift (\\d), noise (\\S+) +(\\S+) +(\\S+) +\\S+ +(\\S+) +(\\S+) .*$");

  @TempDir Path folder;

  @Test
  void sprites_areFoundByNoisyCopies() throws IOException {
    Path model = trained("sprites:small", "conv64", 40);
    List<double[]> recalls = found(model, "sprites:small", "2000", 6 * (2 * 64 + 2) + 2);

    assertAtLeast(0.6, recalls.get(0)[0], "noisy, nearest");
    assertAtLeast(0.85, recalls.get(0)[1], "noisy, among 5");
  }

  @Test
  @Tag("reference")
  void clothes_areFoundByShiftedAndNoisyCopies() throws IOException {
    Path data =
        Path.of(System.getProperty("betavae.shared", "../shared"))
            .resolve("data/fashion-mnist/t10k-images-idx3-ubyte.gz");
    assumeTrue(Files.exists(data), "no Fashion-MNIST at " + data);
    Path model = trained(data.toString(), "conv32", 150);
    List<double[]> recalls = found(model, data.toString(), "5000", 6 * (2 * 28 + 2) + 2);

    assertAtLeast(0.35, recalls.get(0)[0], "noisy, nearest");
    assertAtLeast(0.6, recalls.get(0)[1], "noisy, among 5");
    assertAtLeast(0.9, recalls.get(0)[2], "noisy, checked, nearest");
    assertAtLeast(0.8, recalls.get(1)[2], "shifted, checked, nearest");
    assertAtLeast(0.7, recalls.get(2)[2], "shifted and noisy, checked, nearest");
  }

  private static void assertAtLeast(double least, double recall, String what) {
    assertTrue(recall >= least, what + ": " + recall + ", expected at least " + least);
  }

  /** Runs the sample; for each kind of copy, recall at 1 and 5 of the index, then checked. */
  private List<double[]> found(Path model, String data, String limit, int width)
      throws IOException {
    Path picture = folder.resolve("found.png");
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      FindNearDuplicates.main(new String[] {model.toString(), data, picture.toString(), limit});
    } finally {
      System.setOut(before);
    }
    String printed = bytes.toString(StandardCharsets.UTF_8);
    System.out.print(printed);
    assertTrue(printed.startsWith(limit + " images of "), printed);
    assertEquals(width, ImageIO.read(picture.toFile()).getWidth());
    List<double[]> recalls =
        LINE.matcher(printed)
            .results()
            .map(
                line ->
                    IntStream.rangeClosed(3, 6)
                        .mapToDouble(group -> Double.parseDouble(line.group(group)))
                        .toArray())
            .toList();
    assertEquals(3, recalls.size(), printed);
    return recalls;
  }

  private Path trained(String source, String network, long steps) {
    TrainConfig config =
        TrainConfig.defaults().toBuilder()
            .data(source)
            .arch(network)
            .objective("vae")
            .latent(16)
            .learningRate(1e-3)
            .set("validation-images", 200)
            .steps(steps)
            .build();
    RunFolder run = RunFolder.create(folder.resolve("run"), false);
    try (Dataset data = DataSources.open(source, SourceOptions.defaults())) {
      Trainer.start(run, config, data, TrainListener.NONE);
    }
    RunModels models = RunModels.convert(run, ConvertOptions.DEFAULT_OPSET, "test");
    ModelFolder.write(run.model(), models.encoder(), models.decoder(), models.facts());
    return run.model();
  }
}
