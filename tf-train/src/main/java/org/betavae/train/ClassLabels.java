package org.betavae.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.betavae.data.Dataset;
import org.betavae.data.Factors;

/** The class of each item of a data set, and which items are to be learned from. */
final class ClassLabels {
  private static final String LABEL = "label";

  private final Factors factors;
  private final int factor;
  private final List<String> names;

  /** The number here of each class of the data. */
  private final int[] numbers;

  private ClassLabels(Factors factors, int factor, List<String> names) {
    this.factors = factors;
    this.factor = factor;
    this.names = names;
    numbers = numbers(factors.classNames(factor), names);
  }

  /** The place of each of these names among others, -1 for one that is not there. */
  static int[] numbers(List<String> names, List<String> others) {
    Map<String, Integer> places = new HashMap<>();
    for (String other : others) {
      places.put(other, places.size());
    }
    return names.stream().mapToInt(name -> places.getOrDefault(name, -1)).toArray();
  }

  private ClassLabels(Factors factors, int factor) {
    this(factors, factor, factors.classNames(factor));
  }

  /**
   * The factor {@code label}, or the only one that has more than one class.
   *
   * @throws IllegalArgumentException if the data have no labels, or it is not clear which
   */
  static ClassLabels of(Dataset data) {
    Factors factors = data.factors().orElse(null);
    List<Integer> useful = new ArrayList<>();
    if (factors != null) {
      for (int f = 0; f < factors.sizes().length; f++) {
        if (factors.sizes()[f] > 1) {
          useful.add(f);
        }
      }
      int label = factors.names().indexOf(LABEL);
      if (label >= 0 && useful.contains(label)) {
        return new ClassLabels(factors, label);
      }
      if (useful.size() == 1) {
        return new ClassLabels(factors, useful.get(0));
      }
    }
    throw unlabelled(data, factors);
  }

  private static IllegalArgumentException unlabelled(Dataset data, Factors factors) {
    return new IllegalArgumentException(
        "Data "
            + data.name()
            + (factors == null
                ? " have no labels"
                : " have the factors " + factors.names() + ", of which none is called label")
            + ", expected one class for each item. Name a labels' file too (images.gz,labels.gz),"
            + " or use a folder with a sub-folder for each class.");
  }

  /**
   * The classes of other data by the numbers that they have here: data with fewer classes number
   * them otherwise.
   *
   * @throws IllegalArgumentException if the data have no labels, or classes that are not here
   */
  ClassLabels ofOthers(Dataset others) {
    Factors theirs = others.factors().orElseThrow(() -> unlabelled(others, null));
    int same = theirs.names().indexOf(factors.names().get(factor));
    ClassLabels found =
        same >= 0 ? new ClassLabels(theirs, same, names) : of(others).numberedBy(names);
    List<String> unknown = new ArrayList<>(theirs.classNames(found.factor));
    unknown.removeAll(names);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "Data "
              + others.name()
              + " have the classes "
              + unknown
              + ", expected those that were learned from, "
              + names
              + ". Name the classes alike, or leave these items out.");
    }
    return found;
  }

  private ClassLabels numberedBy(List<String> others) {
    return new ClassLabels(factors, factor, others);
  }

  int classes() {
    return names.size();
  }

  /** What the data call each class. */
  List<String> names() {
    return names;
  }

  int of(int item) {
    return numbers[factors.classOf(item, factor)];
  }

  /**
   * So many items, as many of each class as can be; all for 0.
   *
   * @throws IllegalArgumentException if there are fewer, or not even one for each class
   */
  int[] choose(int count, int size, long seed) {
    Settings.require(
        count <= size, "labels", count, "at most the " + size + " items", "Use 0 for all of them.");
    Settings.require(
        count == 0 || count >= classes(),
        "labels",
        count,
        "at least one for each of the " + classes() + " classes",
        "Use 0 for all of them.");
    List<Integer> items = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      items.add(i);
    }
    if (count > 0) {
      Random random = Seeds.random(seed, Seeds.LABELS, 0);
      Collections.shuffle(items, random);
      int[] taken = new int[classes()];
      List<Integer> chosen = new ArrayList<>();
      List<Integer> left = new ArrayList<>();
      int share = count / classes();
      for (int item : items) {
        boolean takes = taken[of(item)] < share;
        taken[of(item)] += takes ? 1 : 0;
        (takes ? chosen : left).add(item);
      }
      chosen.addAll(left.subList(0, count - chosen.size()));
      items = chosen;
    }
    return items.stream().mapToInt(Integer::intValue).sorted().toArray();
  }
}
