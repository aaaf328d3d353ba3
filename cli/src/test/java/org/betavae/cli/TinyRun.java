package org.betavae.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.Stream;
import org.betavae.data.NpyWriter;

/**
 * A short training run and its export, made once for all test classes, since TensorFlow's start
 * takes longer than the run.
 */
final class TinyRun {
  static final int IMAGES = 200;
  static final int SIDE = 28;
  static final int LATENTS = 3;
  static final int STEPS = 12;

  private static TinyRun made;

  final Path folder;
  final Path data;
  final Path run;
  final Path model;
  final JsonNode trained;

  private TinyRun() throws IOException {
    folder = Files.createTempDirectory("betavae test"); // a blank, as in many a user's folders
    Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
    data = folder.resolve("squares.npy");
    writeSquares(data);
    run = folder.resolve("run");
    model = folder.resolve("model");
    trained =
        Cli.json(
            "train --data % --arch conv32 --latent % --steps % --batch 16 --log-every 4"
                + " --checkpoint-every 6 --seed 5 --threads 2 --out %",
            data, LATENTS, STEPS, run);
    Cli.json("export --from % --out %", run, model);
  }

  static synchronized TinyRun get() throws IOException {
    if (made == null) {
      made = new TinyRun();
    }
    return made;
  }

  /** A path in the folder of the run, which is removed at the end. */
  Path out(String name) {
    return folder.resolve(name);
  }

  /** White squares of 8x8 pixels at places that differ. */
  private static void writeSquares(Path file) {
    float[] image = new float[SIDE * SIDE];
    try (NpyWriter writer = NpyWriter.create(file, IMAGES, SIDE, SIDE)) {
      for (int i = 0; i < IMAGES; i++) {
        Arrays.fill(image, 0);
        for (int y = 0; y < 8; y++) {
          int left = (i % 20 + y) * SIDE + i / 20 * 2;
          Arrays.fill(image, left, left + 8, 1);
        }
        writer.write(image, 0, image.length);
      }
    }
  }

  private void delete() {
    try (Stream<Path> tree = Files.walk(folder)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
