package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.betavae.data.NpyWriter;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Networks from the command line to ONNX. */
class NetworkCommandTest {
  private static TinyRun tiny;

  @BeforeAll
  static void train() throws IOException {
    tiny = TinyRun.get();
  }

  @Test
  void networkOfTheDocumentation_trainsAndIsExported() throws IOException {
    Path here = Path.of("docs", "networks.md");
    String page = Files.readString(Files.exists(here) ? here : Path.of("..").resolve(here));
    int begin = page.indexOf("```yaml\n") + "```yaml\n".length();
    Path config = tiny.out("documented.yaml");
    Files.writeString(config, page.substring(begin, page.indexOf("```", begin)));
    Path run = tiny.out("documented");
    JsonNode json =
        Cli.json(
            "train --config % --data % --latent 4 --steps 3 --batch 8 --validation-every 1 --out %",
            config, tiny.data, run);
    assertEquals(4, json.get("kl_per_dimension").size());
    assertTrue(json.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE);
    assertTrue(Cli.json("verify --from %", run).get("passed").asBoolean());
    assertEquals(
        4, Cli.json("train --out % --resume --steps 4 --no-export", run).get("steps").asInt());
  }

  @ParameterizedTest
  @CsvSource({"burgess64,1", "resnet,3"})
  void networksForLargerImages_trainAndAreExported(String arch, int channels) throws IOException {
    Path data = tiny.out(arch + ".npy");
    float[] image = new float[64 * 64 * channels];
    try (NpyWriter writer = NpyWriter.create(data, 24, 64, 64, channels)) {
      for (int i = 0; i < 24; i++) {
        Arrays.fill(image, i * channels, i * 150 * channels, 0.75f);
        writer.write(image, 0, image.length);
      }
    }
    JsonNode json =
        Cli.json(
            "train --data % --arch % --latent 3 --steps 2 --batch 4 --out %",
            data, arch, tiny.out(arch));
    assertTrue(json.get("parity").asDouble() <= RunExport.LARGEST_DIFFERENCE);
  }

  @Test
  void wrongLayers_areOneLineWithTheShapes_andLeaveNothing() throws IOException {
    Path config = tiny.out("wrong.yaml");
    Path out = tiny.out("wrong");
    Files.writeString(
        config,
        """
        arch: layers
        encoder-layers: [flatten]
        decoder-layers:
        - dense: 64
        - reshape: [8, 8, 1]
        - resize: 4
        """);
    Cli.run("train --config % --data % --out %", config, tiny.data, out)
        .assertErrorNames(
            2,
            "decoder-layers end with an image of 32x32x1, expected an image of 28x28x1",
            "latents 10, 1 dense 64, 2 reshape 8x8x1, 3 resize 32x32x1");
    Files.writeString(config, "arch: layers\nencoder-layers: [flaten]\ndecoder-layers: [relu]\n");
    Cli.run("train --config % --data % --out %", config, tiny.data, out)
        .assertErrorNames(
            2, "wrong.yaml line 2: encoder-layers 1: unknown layer flaten", "flatten?");
    Cli.run("train --arch layers --data % --out %", tiny.data, out)
        .assertErrorNames(2, "encoder-layers is missing or empty", "docs/networks.md");
    Cli.run("train --arch mlp --image-size 14 --data % --out %", tiny.data, out)
        .assertErrorNames(2, "image-size is 14", "28x28x1", "Leave out --image-size");
    assertFalse(Files.exists(out));
  }
}
