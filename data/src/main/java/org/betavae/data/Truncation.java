package org.betavae.data;

import java.util.Locale;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadWarningListener;

/** Notices a cut-off picture, which the JPEG reader fills with gray and only warns about. */
final class Truncation implements IIOReadWarningListener {
  private String warning;

  @Override
  public void warningOccurred(ImageReader source, String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (lower.contains("premature") || lower.contains("truncated")) {
      warning = text;
    }
  }

  /** The warning, or null. */
  String warning() {
    return warning;
  }
}
