package org.betavae.serve;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.betavae.data.ImageGrid;
import org.betavae.data.ItemShape;
import org.betavae.infer.Images;

/** Answers with images: as JSON, as float32, or as one PNG picture. */
final class ImageAnswer {
  static final String SHAPE = "Betavae-Shape";

  /** Enough for a poster; the picture's memory grows with its square. */
  private static final int MOST_SCALE = 16;

  private static final int MOST_COLUMNS = 1024;
  private static final int GAP = 2;

  private final Call call;
  private final Limits limits;

  ImageAnswer(Call call, Limits limits) {
    this.call = call;
    this.limits = limits;
  }

  /** Which form it shall take; asked before the work is done. */
  String type(boolean drawable) {
    return call.answerType(
        drawable ? List.of(Call.JSON, Call.OCTETS, Call.PNG) : List.of(Call.JSON, Call.OCTETS));
  }

  void send(String model, String type, Images images) {
    List<Integer> shape = shape(images);
    switch (type) {
      case Call.PNG -> call.answer(type, png(images));
      case Call.OCTETS -> {
        call.header(SHAPE, text(shape));
        call.answer(type, Floats.write(images.values()));
      }
      default -> call.answer(type, json(model, shape, images));
    }
  }

  /** {@code 2,1,64,64}. */
  static String text(List<Integer> shape) {
    return shape.stream().map(Object::toString).collect(Collectors.joining(","));
  }

  private static List<Integer> shape(Images images) {
    return images.isVector()
        ? List.of(images.count(), images.imageSize())
        : List.of(images.count(), images.channels(), images.height(), images.width());
  }

  private static byte[] json(String model, List<Integer> shape, Images images) {
    return JsonText.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("model", model);
          json.writeArrayFieldStart("shape");
          for (int size : shape) {
            json.writeNumber(size);
          }
          json.writeEndArray();
          json.writeFieldName("images");
          JsonText.rows(json, images.values(), images.imageSize());
          json.writeEndObject();
        });
  }

  private int scale() {
    return call.queryNumber("scale", 1, 1, MOST_SCALE);
  }

  /**
   * Bytes of the picture that is drawn and of its file, which may be as large; 0 for other forms.
   *
   * @throws Problem if the picture would have more pixels than allowed
   */
  long pictureBytes(String type, int count, List<Integer> item) {
    if (!type.equals(Call.PNG)) {
      return 0;
    }
    long values = (long) count * Items.size(item) * scale() * scale();
    long pixels = values / item.get(0);
    if (pixels > limits.pixels()) {
      throw new Problem(
          ProblemType.TOO_LARGE,
          "The picture would have "
              + pixels
              + " pixels, expected at most "
              + limits.pixels()
              + ". Ask for fewer images or a smaller scale.");
    }
    return 2 * values;
  }

  private byte[] png(Images images) {
    int columns =
        call.queryNumber("columns", (int) Math.ceil(Math.sqrt(images.count())), 1, MOST_COLUMNS);
    ItemShape item = ItemShape.image(images.height(), images.width(), images.channels());
    ImageGrid grid =
        ImageGrid.of(item, Math.min(columns, images.count()))
            .withScale(scale())
            .withPadding(images.count() == 1 ? 0 : GAP);
    return encode(grid.draw(channelsLast(images), 0, images.count()));
  }

  private static byte[] encode(BufferedImage picture) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(picture, "png", out)) {
        throw new IOException("this Java has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("The picture cannot be written: " + e.getMessage(), e);
    }
    return bytes.toByteArray();
  }

  private static float[] channelsLast(Images images) {
    int channels = images.channels();
    if (channels == 1) {
      return images.values();
    }
    int pixels = images.height() * images.width();
    float[] from = images.values();
    float[] to = new float[from.length];
    for (int n = 0; n < images.count(); n++) {
      int start = n * channels * pixels;
      for (int c = 0; c < channels; c++) {
        for (int i = 0; i < pixels; i++) {
          to[start + i * channels + c] = from[start + c * pixels + i];
        }
      }
    }
    return to;
  }

  /** Kinds of channels that a picture can show. */
  static boolean isDrawable(List<Integer> item) {
    return item.size() == 3 && (item.get(0) == 1 || item.get(0) == 3);
  }
}
