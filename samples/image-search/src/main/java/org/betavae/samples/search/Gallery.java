package org.betavae.samples.search;

import java.util.Arrays;
import org.betavae.data.Dataset;
import org.betavae.data.ItemShape;
import org.betavae.infer.BetaVaeModel;

/**
 * The images to be searched, and their embeddings.
 *
 * @param shape of each image
 * @param pixels shape {@code [N, H, W, C]}
 * @param embeddings means of q(z|x), shape {@code [N, latentSize]}
 */
@SuppressWarnings("ArrayRecordComponent") // large, and neither compared nor printed
record Gallery(ItemShape shape, int count, float[] pixels, float[] embeddings, int latentSize) {
  private static final int PART = 32;

  /** Reads images spread evenly over a data set, so many at most, and embeds them. */
  static Gallery of(Dataset data, int limit, BetaVaeModel model) {
    int count = Math.min(limit, data.size());
    int size = data.shape().size();
    float[] pixels = new float[Math.multiplyExact(count, size)];
    for (int item = 0; item < count; item++) {
      data.read((int) ((long) item * data.size() / count), pixels, item * size);
    }
    return new Gallery(
        data.shape(), count, pixels, embed(model, pixels, data.shape()), model.info().latentSize());
  }

  /** Embeddings of images {@code [N, H, W, C]}; the model takes {@code [N, C, H, W]}. */
  static float[] embed(BetaVaeModel model, float[] images, ItemShape shape) {
    int channels = shape.channels();
    if (channels == 1) {
      return model.embed(images).mean();
    }
    int area = shape.height() * shape.width();
    float[] turned = new float[images.length];
    for (int i = 0; i < images.length; i++) {
      int item = i / shape.size();
      int pixel = i % shape.size() / channels;
      turned[item * shape.size() + i % channels * area + pixel] = images[i];
    }
    return model.embed(turned).mean();
  }

  /** The items with the smallest sum of squared pixel differences, every one looked at. */
  int[] nearestByPixels(float[] image, int wanted) {
    int[] items = new int[Math.min(wanted, count)];
    double[] distances = new double[items.length];
    Arrays.fill(distances, Double.POSITIVE_INFINITY);
    for (int item = 0; item < count; item++) {
      int place = items.length - 1;
      double distance = distance(item, image, distances[place]);
      if (distance >= distances[place]) {
        continue;
      }
      for (; place > 0 && distances[place - 1] > distance; place--) {
        distances[place] = distances[place - 1];
        items[place] = items[place - 1];
      }
      distances[place] = distance;
      items[place] = item;
    }
    return items;
  }

  /** Breaks off where the sum exceeds the limit. */
  private double distance(int item, float[] image, double limit) {
    int offset = item * image.length;
    double sum = 0;
    for (int i = 0; i < image.length && sum < limit; ) {
      float part = 0;
      for (int end = Math.min(i + PART, image.length); i < end; i++) {
        float difference = pixels[offset + i] - image[i];
        part += difference * difference;
      }
      sum += part;
    }
    return sum;
  }
}
