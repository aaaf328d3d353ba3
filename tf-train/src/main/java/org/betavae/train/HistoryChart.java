package org.betavae.train;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.betavae.data.Pictures;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * {@code history.png}: the terms over the steps, each kind on a scale of its own, one panel below
 * the other. Held-out data are dots.
 */
final class HistoryChart {
  private static final int WIDTH = 900;
  private static final int HEIGHT = 320;
  private static final int DOT = 7;

  /** Of the numbers beside the axis, which XChart gives in full where it has a tick or two only. */
  private static final MathContext DIGITS = new MathContext(6);

  /** Where the largest value is so many times the smallest, the axis is logarithmic. */
  private static final double WIDE = 20;

  private static final Color[] COLORS = {
    new Color(0x1f, 0x77, 0xb4), new Color(0xd6, 0x27, 0x28), new Color(0x2c, 0xa0, 0x2c),
    new Color(0x94, 0x67, 0xbd), new Color(0xff, 0x7f, 0x0e), new Color(0x8c, 0x56, 0x4b)
  };

  private final List<History.Line> training;
  private final List<History.Line> validation;

  private HistoryChart(List<History.Line> lines) {
    training = lines.stream().filter(l -> !l.validation()).toList();
    validation = lines.stream().filter(History.Line::validation).toList();
  }

  static void write(Path file, List<History.Line> lines, TrainListener listener) {
    HistoryChart history = new HistoryChart(lines);
    if (history.training.isEmpty()) {
      return;
    }
    BufferedImage picture;
    try {
      picture = history.draw();
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

  private BufferedImage draw() {
    Map<String, ToDoubleFunction<History.Line>> fit = new LinkedHashMap<>();
    fit.put("negative ELBO", History.Line::negativeElbo);
    fit.put("reconstruction", History.Line::reconstruction);
    Map<String, ToDoubleFunction<History.Line>> rest = new LinkedHashMap<>();
    rest.put("KL", History.Line::kl);
    for (String name : furtherNames()) {
      rest.put(name, l -> l.further().getOrDefault(name, Double.NaN));
    }
    List<XYChart> panels = new ArrayList<>();
    panels.add(panel("Negative ELBO, nats per image", fit));
    panels.add(panel("KL and further terms", rest));
    if (training.stream().mapToDouble(History.Line::learningRate).distinct().count() > 1) {
      panels.add(panel("Learning rate", Map.of("rate", History.Line::learningRate)));
    }
    BufferedImage all =
        new BufferedImage(WIDTH, HEIGHT * panels.size(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = all.createGraphics();
    try {
      for (int i = 0; i < panels.size(); i++) {
        graphics.drawImage(BitmapEncoder.getBufferedImage(panels.get(i)), 0, i * HEIGHT, null);
      }
    } finally {
      graphics.dispose();
    }
    return all;
  }

  private Iterable<String> furtherNames() {
    TreeSet<String> names = new TreeSet<>();
    training.forEach(l -> names.addAll(l.further().keySet()));
    return names;
  }

  private XYChart panel(String title, Map<String, ToDoubleFunction<History.Line>> terms) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("step")
            .theme(Styler.ChartTheme.XChart)
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setyAxisTickLabelsFormattingFunction(HistoryChart::label);
    DoubleSummaryStatistics range = new DoubleSummaryStatistics();
    int color = 0;
    for (Map.Entry<String, ToDoubleFunction<History.Line>> term : terms.entrySet()) {
      range.combine(add(chart, term.getKey(), training, term.getValue(), COLORS[color], false));
      boolean rate = terms.size() == 1 && term.getKey().equals("rate");
      if (!rate) {
        range.combine(
            add(
                chart,
                term.getKey() + ", held out",
                validation,
                term.getValue(),
                COLORS[color],
                true));
      }
      color = (color + 1) % COLORS.length;
    }
    chart
        .getStyler()
        .setYAxisLogarithmic(range.getMin() > 0 && range.getMax() > WIDE * range.getMin());
    return chart;
  }

  static String label(double value) {
    BigDecimal rounded = new BigDecimal(value).round(DIGITS).stripTrailingZeros();
    boolean plain = rounded.precision() - rounded.scale() < 10 && rounded.scale() < 10;
    return plain ? rounded.toPlainString() : rounded.toString();
  }

  /** Adds what is finite; returns its range. */
  private static DoubleSummaryStatistics add(
      XYChart chart,
      String name,
      List<History.Line> lines,
      ToDoubleFunction<History.Line> term,
      Color color,
      boolean dots) {
    List<History.Line> finite =
        lines.stream().filter(l -> Double.isFinite(term.applyAsDouble(l))).toList();
    DoubleSummaryStatistics range = finite.stream().mapToDouble(term).summaryStatistics();
    if (finite.isEmpty()) {
      return range;
    }
    XYSeries series =
        chart.addSeries(
            name,
            finite.stream().mapToDouble(History.Line::step).toArray(),
            finite.stream().mapToDouble(term).toArray());
    series.setLineColor(color);
    series.setMarkerColor(color);
    // A line through one point is none to be seen.
    boolean marked = finite.size() == 1;
    series.setMarker(
        dots ? SeriesMarkers.CIRCLE : marked ? SeriesMarkers.SQUARE : SeriesMarkers.NONE);
    if (dots) {
      series.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.Scatter);
    } else {
      series.setLineStyle(new BasicStroke(1.5f));
    }
    chart.getStyler().setMarkerSize(DOT);
    return range;
  }
}
