package org.betavae.export.tf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A graph inside of a control flow node. Its nodes also read nodes of the graphs around it: what a
 * loop only passes on is no parameter, and a branch has none.
 *
 * @param nodes every node after those that it reads, those of graphs around it left out
 * @param parameters of a loop, by the number of the value that it carries; null where nothing needs
 *     that value
 * @param results by the number of the node's output, or the condition alone; null where nothing
 *     needs that output
 */
public record TfBody(List<TfNode> nodes, List<TfNode> parameters, List<TfOutput> results) {
  /** Copies the lists. */
  public TfBody {
    nodes = List.copyOf(nodes);
    parameters = Collections.unmodifiableList(new ArrayList<>(parameters));
    results = Collections.unmodifiableList(new ArrayList<>(results));
  }
}
