package org.betavae.export.toonnx;

final class Placeholder {
  private Placeholder() {}
}
