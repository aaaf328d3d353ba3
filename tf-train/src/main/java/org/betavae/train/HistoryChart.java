package org.betavae.train;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.betavae.data.Pictures;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** {@code history.png}: the terms of the loss over the steps, training and held-out data. */
final class HistoryChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 520;

  private HistoryChart() {}

  static void write(Path file, List<History.Line> lines, TrainListener listener) {
    List<History.Line> training = lines.stream().filter(l -> !l.validation()).toList();
    List<History.Line> validation = lines.stream().filter(History.Line::validation).toList();
    if (training.isEmpty()) {
      return;
    }
    BufferedImage picture;
    try {
      XYChart chart =
          new XYChartBuilder()
              .width(WIDTH)
              .height(HEIGHT)
              .title("Nats per image")
              .xAxisTitle("step")
              .theme(Styler.ChartTheme.XChart)
              .build();
      chart.getStyler().setYAxisLogarithmic(true);
      chart.getStyler().setChartBackgroundColor(Color.WHITE);
      chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
      add(chart, "negative ELBO", training, History.Line::negativeElbo);
      add(chart, "reconstruction", training, History.Line::reconstruction);
      add(chart, "KL", training, History.Line::kl);
      if (!validation.isEmpty()) {
        add(chart, "negative ELBO, held out", validation, History.Line::negativeElbo);
      }
      picture = BitmapEncoder.getBufferedImage(chart);
    } catch (UnsatisfiedLinkError | NoClassDefFoundError | InternalError e) {
      // A JDK without fonts or FreeType cannot draw text; everything else of the run is there.
      listener.onMessage(
          "history.png is left out: this JDK cannot draw text ("
              + e.getMessage()
              + "). Install a font, fontconfig and libfreetype to have it.");
      return;
    }
    Pictures.writePng(picture, file);
  }

  private static void add(
      XYChart chart, String name, List<History.Line> lines, ToDoubleFunction<History.Line> term) {
    double[] steps = lines.stream().mapToDouble(History.Line::step).toArray();
    // A logarithmic axis has no place for 0, where the KL of an untrained model may round to.
    double[] values =
        lines.stream().mapToDouble(l -> Math.max(1e-3, term.applyAsDouble(l))).toArray();
    chart.addSeries(name, steps, values).setMarker(SeriesMarkers.NONE);
  }
}
