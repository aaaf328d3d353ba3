package org.betavae.samples.service;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.betavae.infer.BetaVaeModel;
import org.betavae.infer.Embeddings;
import org.betavae.infer.Images;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Embeds and generates. What is wrong with a request, {@link ProblemAdvice} tells. */
@RestController
class ModelController {
  private final BetaVaeModel model;
  private final int maxItems;

  ModelController(BetaVaeModel model, ModelSettings settings) {
    this.model = model;
    this.maxItems = settings.maxItems();
  }

  /** Images, each with {@code C·H·W} values in [0,1], row by row. */
  record EmbedRequest(List<float[]> images) {}

  /** The posterior q(z|x) of each image, shapes {@code [N, L]}. */
  record EmbedResponse(List<float[]> mean, List<float[]> logVar) {}

  /** What to generate; a field that is left out takes its default. */
  record GenerateRequest(Integer count, Long seed, Double temperature) {}

  /** Generated images, each {@code C·H·W} values; shape is {@code [C, H, W]}. */
  record GenerateResponse(List<Integer> shape, List<float[]> images) {}

  @PostMapping("/embed")
  EmbedResponse embed(@RequestBody EmbedRequest request) {
    Embeddings posterior = model.embed(flat(request.images()));
    return new EmbedResponse(
        rows(posterior.count(), posterior::mean), rows(posterior.count(), posterior::logVar));
  }

  @PostMapping("/generate")
  GenerateResponse generate(@RequestBody GenerateRequest request) {
    int count = request.count() == null ? 1 : request.count();
    checkCount("count", count);
    Images images =
        model.generate(
            count,
            request.seed() == null ? 0 : request.seed(),
            request.temperature() == null ? 1 : request.temperature());
    return new GenerateResponse(model.info().inputShape(), rows(count, images::image));
  }

  private float[] flat(List<float[]> images) {
    if (images == null) {
      throw new IllegalArgumentException(
          "images is missing, expected an array of images. Send {\"images\": [[...], ...]}.");
    }
    checkCount("the number of images", images.size());
    int size = model.info().imageSize();
    float[] all = new float[images.size() * size];
    for (int i = 0; i < images.size(); i++) {
      float[] image = images.get(i);
      if (image == null || image.length != size) {
        throw new IllegalArgumentException(
            "images[%d] has %d values, expected %d (shape %s). Send every pixel of every channel."
                .formatted(i, image == null ? 0 : image.length, size, model.info().inputShape()));
      }
      System.arraycopy(image, 0, all, i * size, size);
    }
    return all;
  }

  private void checkCount(String what, int count) {
    if (count < 1 || count > maxItems) {
      throw new IllegalArgumentException(
          "%s is %d, expected 1 to %d. Ask in parts, or raise betavae.max-items."
              .formatted(what, count, maxItems));
    }
  }

  private static List<float[]> rows(int count, IntFunction<float[]> row) {
    List<float[]> rows = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      rows.add(row.apply(i));
    }
    return rows;
  }
}
