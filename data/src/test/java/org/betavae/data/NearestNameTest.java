package org.betavae.data;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NearestNameTest {
  private static final List<String> OBJECTIVES =
      List.of("vae", "beta-vae", "annealed-vae", "factor-vae", "dip-vae-i", "beta-tcvae");

  @Test
  void distance_ofEqualTexts_isZero() {
    assertEquals(0, NearestName.distance("", ""));
    assertEquals(0, NearestName.distance("sprites", "sprites"));
  }

  @Test
  void distance_countsInsertionsDeletionsAndReplacements() {
    assertEquals(3, NearestName.distance("kitten", "sitting"));
    assertEquals(3, NearestName.distance("sitting", "kitten"));
    assertEquals(4, NearestName.distance("", "abcd"));
    assertEquals(4, NearestName.distance("abcd", ""));
    assertEquals(1, NearestName.distance("beta-vae", "betavae"));
  }

  @Test
  void distance_countsASwapOfNeighboursOnce() {
    assertEquals(1, NearestName.distance("trian", "train"));
    assertEquals(2, NearestName.distance("rtian", "train"));
    assertEquals(3, NearestName.distance("ca", "abc"));
  }

  @Test
  void of_takesTheFewestEdits() {
    List<String> names = List.of("train", "traverse", "embed");
    assertEquals(Optional.of("embed"), NearestName.of("embde", names));
    assertEquals(Optional.of("train"), NearestName.of("trian", names));
    assertEquals(Optional.of("factor-vae"), NearestName.of("faktor-vae", OBJECTIVES));
  }

  @Test
  void of_allowsAThirdOfTheLetters_andNoMore() {
    assertEquals(Optional.of("abcdef"), NearestName.of("abcdxy", List.of("abcdef")));
    assertEquals(Optional.empty(), NearestName.of("abcxyz", List.of("abcdef")));
    assertEquals(Optional.of("ab"), NearestName.of("ax", List.of("ab")));
    assertEquals(Optional.empty(), NearestName.of("xy", List.of("ab")));
  }

  @Test
  void of_ignoresCaseAndHowWordsAreJoined() {
    assertEquals(Optional.of("beta-vae"), NearestName.of("Beta_VAE", OBJECTIVES));
    assertEquals(Optional.of("factor-vae"), NearestName.of("FactorVAE", OBJECTIVES));
    assertEquals(Optional.of("BiasAdd"), NearestName.of("biasadd", List.of("MatMul", "BiasAdd")));
  }

  @Test
  void of_takesAPartForTheWhole() {
    assertEquals(Optional.of("beta-tcvae"), NearestName.of("tcvae", OBJECTIVES));
    assertEquals(Optional.of("traverse"), NearestName.of("trav", List.of("train", "traverse")));
    assertEquals(Optional.empty(), NearestName.of("tr", List.of("traverse")));
  }

  @Test
  void of_namesEquallyNear_takesTheShortest_thenTheFirstInTheAlphabet() {
    assertEquals(Optional.of("beta-vae"), NearestName.of("beta", OBJECTIVES));
    assertEquals(Optional.of("conv32"), NearestName.of("conv", Set.of("conv64", "conv32")));
    assertEquals(Optional.of("bat"), NearestName.of("zat", List.of("cat", "bat")));
  }

  @Test
  void of_nothingNear_isEmpty() {
    assertEquals(Optional.empty(), NearestName.of("xyzzy", OBJECTIVES));
    assertEquals(Optional.empty(), NearestName.of("vae", List.of()));
    assertEquals(Optional.empty(), NearestName.of("", OBJECTIVES));
    assertEquals(Optional.empty(), NearestName.of(" ", OBJECTIVES));
    assertEquals(Optional.empty(), NearestName.of("a".repeat(100_000), OBJECTIVES));
  }

  @Test
  void question_isASentence_orNothing() {
    assertEquals(" Did you mean beta-vae?", NearestName.question("bta-vae", OBJECTIVES));
    assertEquals("", NearestName.question("xyzzy", OBJECTIVES));
  }
}
