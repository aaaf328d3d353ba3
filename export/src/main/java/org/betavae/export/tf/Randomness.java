package org.betavae.export.tf;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Which values of a graph follow from random numbers, so that two runtimes give different ones. */
public final class Randomness {
  private static final Pattern DRAWS =
      Pattern.compile("(Stateless|Stateful|Parameterized)*(Random|TruncatedNormal|Multinomial).*");

  private Randomness() {}

  /** Names of the outputs that do. */
  public static Set<String> outputs(TfGraph graph) {
    Set<TfNode> random = new HashSet<>();
    for (TfNode node : graph.nodes()) { // after those that they read
      if (draws(node) || TfGraphBuilder.reads(node).stream().anyMatch(random::contains)) {
        random.add(node);
      }
    }
    Set<String> names = new TreeSet<>();
    graph.outputs().stream()
        .filter(output -> random.contains(output.value().node()))
        .forEach(output -> names.add(output.spec().name()));
    return names;
  }

  private static boolean draws(TfNode node) {
    return DRAWS.matcher(node.op()).matches()
        || node.bodies().stream()
            .flatMap(body -> body.nodes().stream())
            .anyMatch(Randomness::draws);
  }
}
