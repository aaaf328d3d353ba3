package org.betavae.train.objective;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import org.betavae.train.Settings;

/**
 * The distribution of the latents that the posterior is held against.
 *
 * @param prior one of {@link #NAMES}: N(0, I), or VampPrior, a mixture of the posteriors of trained
 *     pseudo-inputs (Tomczak and Welling 2018, arXiv:1705.07120)
 * @param priorComponents number of pseudo-inputs of {@code vamp}, at least 1
 */
@JsonNaming(PropertyNamingStrategies.KebabCaseStrategy.class)
public record PriorSettings(String prior, int priorComponents) {
  /** Names for {@code prior}, in the order in which they are shown. */
  public static final List<String> NAMES = List.of("standard-normal", "vamp");

  /** N(0, I). */
  public static final PriorSettings DEFAULT = new PriorSettings("standard-normal", 50);

  public PriorSettings {
    Settings.requireOneOf("prior", prior, NAMES);
    Settings.requirePositive("prior-components", priorComponents);
  }

  /** Whether it is a mixture instead of N(0, I). */
  public boolean mixture() {
    return prior.equals("vamp");
  }
}
