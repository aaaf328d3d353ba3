package org.betavae.train.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.betavae.data.ItemShape;
import org.junit.jupiter.api.Test;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * Keeps the tables of {@code docs/networks.md} equal to the networks. With {@code
 * -Dbetavae.docs=write} it writes them anew.
 */
class NetworksPageTest {
  private static final String REMAKE =
      "mvn -q -pl tf-train -am test -Dtest=NetworksPageTest -Dbetavae.docs=write"
          + " -Dsurefire.failIfNoSpecifiedTests=false";

  private static final int LATENTS = 10;

  @Test
  void tables_areWhatTheNetworksAre() throws IOException {
    Path file = page();
    String page = Files.readString(file);
    String expected = page;
    for (String name : Networks.NAMES) {
      expected = replace(expected, name, table(name));
    }
    expected = replace(expected, "layers", settings());
    if ("write".equals(System.getProperty("betavae.docs"))) {
      Files.writeString(file, expected);
      page = expected;
    }
    assertEquals(expected, page, "docs/networks.md is stale. Run: " + REMAKE);
    assertTrue(page.contains(REMAKE), "the page names its command");
  }

  /** Tests run in the project's root under Maven, in the module's folder under most editors. */
  private static Path page() {
    Path here = Path.of("docs", "networks.md");
    return Files.exists(here) ? here : Path.of("..").resolve(here);
  }

  private static String replace(String page, String name, String table) {
    String begin = "<!-- begin " + name + " -->\n";
    String end = "<!-- end " + name + " -->";
    int from = page.indexOf(begin);
    int to = page.indexOf(end);
    assertTrue(from >= 0 && to > from, "docs/networks.md needs " + begin + end);
    return page.substring(0, from + begin.length()) + "\n" + table + "\n" + page.substring(to);
  }

  /** Every kind of layer with its settings as they are without any. */
  private static String settings() throws IOException {
    StringBuilder text = new StringBuilder("| layer | example | the same with all settings |\n");
    text.append("| --- | --- | --- |\n");
    for (LayerKind kind : LayerKind.ALL.values()) {
      if (!kind.name().equals(kind.example())
          || !LayerTest.layer(kind.example()).settings().isEmpty()) {
        text.append(
            "| `%s` | `- %s` | `- %s` |\n"
                .formatted(
                    kind.name(), kind.example(), flow(LayerTest.layer(kind.example()).entry())));
      }
    }
    return text.toString();
  }

  private static String flow(Object value) {
    if (value instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> e.getKey() + ": " + flow(e.getValue()))
          .collect(Collectors.joining(", ", "{", "}"));
    }
    if (value instanceof List<?> list) {
      return list.stream().map(NetworksPageTest::flow).collect(Collectors.joining(", ", "[", "]"));
    }
    return String.valueOf(value);
  }

  private static String table(String name) {
    int side = name.equals("conv32") || name.equals("mlp") ? 28 : 64;
    ItemShape shape = ItemShape.image(side, side, name.equals("resnet") ? 3 : 1);
    LayerNetwork network = Networks.of(name, shape, 1);
    StringBuilder text = new StringBuilder("| | layer | output | weights |\n");
    text.append("| --- | --- | --- | ---: |\n");
    long sum = rows(text, "encoder", network.encoder(), shape);
    ItemShape features = LayerTrace.of("encoder", network.encoder(), "items", shape).last();
    long heads = 2 * weights(new Dense(LATENTS), features);
    text.append(row("heads", "mean and log-variance, dense each", "2 x 10", heads));
    sum += heads + rows(text, "decoder", network.decoder(), ItemShape.vector(LATENTS));
    return text + "\nItems of " + shape + ", 10 latents: " + number(sum) + " weights.\n";
  }

  private static long rows(StringBuilder text, String part, List<Layer> layers, ItemShape in) {
    long sum = 0;
    ItemShape shape = in;
    for (Layer layer : layers) {
      long weights = weights(layer, shape);
      shape = layer.outputShape(shape);
      text.append(row(part, "`" + flow(layer.entry()) + "`", shape.toString(), weights));
      sum += weights;
    }
    return sum;
  }

  private static String row(String part, String layer, String output, long weights) {
    return "| %s | %s | %s | %s |\n"
        .formatted(part, layer, output, weights == 0 ? "" : number(weights));
  }

  private static String number(long value) {
    return String.format(java.util.Locale.ROOT, "%,d", value);
  }

  private static long weights(Layer layer, ItemShape in) {
    try (Graph graph = new Graph()) {
      Ops tf = Ops.create(graph);
      Weights weights = new Weights(tf);
      Shape dims =
          in.image()
              ? Shape.of(-1, in.height(), in.width(), in.channels())
              : Shape.of(-1, in.size());
      Operand<TFloat32> x = tf.placeholder(TFloat32.class, Placeholder.shape(dims));
      layer.apply(Pass.inference(tf, weights), "layer", x);
      return weights.trained("", true).stream().mapToLong(Weights.Weight::size).sum();
    }
  }
}
