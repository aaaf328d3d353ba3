package org.betavae.export.tf;

final class Placeholder {
  private Placeholder() {}
}
