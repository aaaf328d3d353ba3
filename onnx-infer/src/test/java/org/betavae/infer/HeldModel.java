package org.betavae.infer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Semaphore;

/**
 * Stands in for a model whose batches the test lets go one by one: images of one value, whose mean
 * is that value doubled.
 */
final class HeldModel implements BatchingEncoder.Model {
  private final Semaphore let = new Semaphore(0);
  private final Semaphore begun = new Semaphore(0);
  private final List<List<Float>> batches = Collections.synchronizedList(new ArrayList<>());

  @Override
  public int check(float[] images) {
    return Inputs.itemCount("images", images, ItemShape.vector(1));
  }

  @Override
  public Embeddings embed(float[] images) {
    List<Float> batch = new ArrayList<>();
    float[] mean = new float[images.length];
    for (int i = 0; i < images.length; i++) {
      batch.add(images[i]);
      mean[i] = 2 * images[i];
    }
    batches.add(batch);
    begun.release();
    let.acquireUninterruptibly();
    for (float value : images) {
      if (Float.isNaN(value)) {
        throw new IllegalArgumentException("images has NaN");
      }
      if (value < 0) {
        throw new StackOverflowError("broken on purpose");
      }
    }
    return new Embeddings(images.length, 1, mean, new float[images.length]);
  }

  /** Waits until a batch more is being computed. */
  void awaitBatch() {
    begun.acquireUninterruptibly();
  }

  void letGo(int count) {
    let.release(count);
  }

  /** The values of all batches so far, in the order of their computing. */
  List<List<Float>> batches() {
    return List.copyOf(batches);
  }
}
