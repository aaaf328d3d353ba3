package org.betavae.data;

import java.util.Arrays;

/** Draws one sprite. */
final class SpriteDrawing {
  static final int SIDE = 64;

  private SpriteDrawing() {}

  static void draw(
      int shape, double scale, double angle, double x, double y, float[] target, int offset) {
    Arrays.fill(target, offset, offset + SIDE * SIDE, 0f);
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        double dx = (column - 15.5 - 32 * x) / scale;
        double dy = (row - 15.5 - 32 * y) / scale;
        if (inside(shape, dx * cos + dy * sin, dy * cos - dx * sin)) {
          target[offset + row * SIDE + column] = 1f;
        }
      }
    }
  }

  private static boolean inside(int shape, double u, double v) {
    return switch (shape) {
      case 1 -> Math.abs(u) <= 9.6 && Math.abs(v) <= 9.6;
      case 2 -> u * u / (12.8 * 12.8) + v * v / (7.2 * 7.2) <= 1;
      default -> {
        double a = u / 9;
        double b = -v / 9;
        double f = a * a + b * b - 1;
        yield f * f * f - a * a * b * b * b <= 0;
      }
    };
  }
}
