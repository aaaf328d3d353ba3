package org.betavae.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/**
 * Finds the known name that a misspelt one was probably meant to be, for errors that advise.
 *
 * <p>Case, and whether words are joined by {@code -}, {@code _} or a space, do not count: {@code
 * Beta_VAE} is {@code beta-vae}. All methods are safe for many threads.
 */
public final class NearestName {
  /** From this length on, a part of a name stands for the whole: {@code tcvae}, {@code trav}. */
  private static final int SHORTEST_PART = 3;

  /** One letter in so many may be wrong. */
  private static final int LETTERS_PER_EDIT = 3;

  private NearestName() {}

  /**
   * The known name with the fewest edits from the given one.
   *
   * <p>A name is near when at most a third of the given letters (at least one) have to be inserted,
   * deleted, replaced or swapped with their neighbour, or when it holds the given one whole (from
   * three letters on). Of names equally near, the shortest and then the first in the alphabet is
   * taken, so the answer does not depend on the collection's order.
   *
   * @param given what was typed, of any length
   * @param known the names to choose from
   * @return the name as it stands in {@code known}, or nothing when none is near
   */
  public static Optional<String> of(String given, Collection<String> known) {
    String typed = plain(given);
    if (typed.isEmpty()) {
      return Optional.empty();
    }
    int most = Math.max(1, (typed.length() + 1) / LETTERS_PER_EDIT);
    return known.stream()
        .map(name -> new Candidate(name, edits(typed, plain(name), most)))
        .filter(candidate -> candidate.edits <= most)
        .min(
            Comparator.comparingInt(Candidate::edits)
                .thenComparing(candidate -> candidate.name.length())
                .thenComparing(Candidate::name))
        .map(Candidate::name);
  }

  /**
   * The nearest known name as a sentence to append to an error.
   *
   * @param given what was typed
   * @param known the names to choose from
   * @return {@code " Did you mean X?"}, with the space in front; empty when nothing is near
   */
  public static String question(String given, Collection<String> known) {
    return of(given, known).map(name -> " Did you mean " + name + "?").orElse("");
  }

  /** Edits between two names in plain form; to complete a name counts as one. */
  private static int edits(String typed, String name, int most) {
    if (typed.length() >= SHORTEST_PART && name.contains(typed)) {
      return typed.equals(name) ? 0 : 1;
    }
    // The lengths alone tell most names apart, and keep the search short for texts of any length.
    int atLeast = Math.abs(typed.length() - name.length());
    return atLeast > most ? atLeast : distance(typed, name);
  }

  private static String plain(String name) {
    return name.strip().toLowerCase(Locale.ROOT).replace('_', '-').replace(' ', '-');
  }

  /**
   * The fewest insertions, deletions, replacements and swaps of neighbours that turn one text into
   * the other, where no part is edited twice (optimal string alignment).
   */
  static int distance(String a, String b) {
    int[] before = new int[b.length() + 1];
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          current[j] = i + j;
          continue;
        }
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
        if (swapped(a, i, b, j)) {
          current[j] = Math.min(current[j], before[j - 2] + 1);
        }
      }
      int[] free = before;
      before = previous;
      previous = current;
      current = free;
    }
    return previous[b.length()];
  }

  /** Whether the two letters before position i of one text are those before j, turned round. */
  private static boolean swapped(String a, int i, String b, int j) {
    return i > 1
        && j > 1
        && a.charAt(i - 1) == b.charAt(j - 2)
        && a.charAt(i - 2) == b.charAt(j - 1);
  }

  private record Candidate(String name, int edits) {}
}
