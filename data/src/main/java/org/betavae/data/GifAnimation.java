package org.betavae.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.io.OutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Animated GIF through ImageIO.
 *
 * <p>Source: GIF89a Specification, CompuServe 1990, and the NETSCAPE2.0 application extension for
 * loops; names of the nodes: "GIF Metadata Format Specification" of javax.imageio.
 */
final class GifAnimation {
  private static final String FORMAT = "javax_imageio_gif_image_1.0";
  private static final int MOST_MILLIS = 655_350;
  private static final int LEVELS = 256;

  private GifAnimation() {}

  static void check(int delayMillis) {
    if (delayMillis < 0 || delayMillis > MOST_MILLIS) {
      throw new IllegalArgumentException(
          "time for a frame is %d ms, expected 0 to %d. Use 100 if unsure."
              .formatted(delayMillis, MOST_MILLIS));
    }
  }

  private static void requireSize(BufferedImage frame, BufferedImage first, int number) {
    if (frame.getWidth() != first.getWidth() || frame.getHeight() != first.getHeight()) {
      throw new IllegalArgumentException(
          "frame %d is %dx%d, expected %dx%d as the first. Draw all frames in one size."
              .formatted(
                  number,
                  frame.getWidth(),
                  frame.getHeight(),
                  first.getWidth(),
                  first.getHeight()));
    }
  }

  /** Gray levels as they are: the writer's own palette would follow a change of colour space. */
  private static BufferedImage paletted(BufferedImage frame) {
    if (frame.getType() != BufferedImage.TYPE_BYTE_GRAY) {
      return frame;
    }
    byte[] levels = new byte[LEVELS];
    for (int i = 0; i < LEVELS; i++) {
      levels[i] = (byte) i;
    }
    IndexColorModel palette = new IndexColorModel(8, LEVELS, levels, levels, levels);
    BufferedImage image =
        new BufferedImage(
            frame.getWidth(), frame.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, palette);
    image.setData(frame.getRaster());
    return image;
  }

  /** Writes frames as they come, which need not all be in memory. */
  static void write(Iterable<BufferedImage> frames, int delayMillis, boolean loop, OutputStream out)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream image = new MemoryCacheImageOutputStream(out)) {
      writer.setOutput(image);
      writer.prepareWriteSequence(null);
      BufferedImage first = null;
      int number = 0;
      for (BufferedImage picture : frames) {
        first = first == null ? picture : first;
        requireSize(picture, first, number++);
        BufferedImage frame = paletted(picture);
        IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(frame), null);
        describe(metadata, delayMillis, loop);
        writer.writeToSequence(new IIOImage(frame, null, metadata), null);
      }
      if (number == 0) {
        throw new IllegalArgumentException(
            "number of frames is 0, expected at least 1. Draw a picture first.");
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
  }

  private static void describe(IIOMetadata metadata, int delayMillis, boolean loop)
      throws IOException {
    IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
    IIOMetadataNode control = child(root, "GraphicControlExtension");
    control.setAttribute("disposalMethod", "none");
    control.setAttribute("userInputFlag", "FALSE");
    control.setAttribute("transparentColorFlag", "FALSE");
    control.setAttribute("transparentColorIndex", "0");
    control.setAttribute("delayTime", Integer.toString(Math.round(delayMillis / 10f)));
    if (loop) {
      IIOMetadataNode extension = new IIOMetadataNode("ApplicationExtension");
      extension.setAttribute("applicationID", "NETSCAPE");
      extension.setAttribute("authenticationCode", "2.0");
      extension.setUserObject(new byte[] {1, 0, 0});
      child(root, "ApplicationExtensions").appendChild(extension);
    }
    metadata.setFromTree(FORMAT, root);
  }

  private static IIOMetadataNode child(IIOMetadataNode root, String name) {
    for (int i = 0; i < root.getLength(); i++) {
      if (root.item(i).getNodeName().equals(name)) {
        return (IIOMetadataNode) root.item(i);
      }
    }
    IIOMetadataNode node = new IIOMetadataNode(name);
    root.appendChild(node);
    return node;
  }
}
