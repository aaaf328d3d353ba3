package org.betavae.infer;

import java.nio.FloatBuffer;

/** Where images go. */
interface ImageSink {
  /**
   * Takes some items over.
   *
   * @param images in the file's layout, from its start on
   */
  void accept(int firstItem, int count, FloatBuffer images, ItemLayout layout);
}
