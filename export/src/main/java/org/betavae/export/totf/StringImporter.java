package org.betavae.export.totf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.betavae.export.ElementType;
import org.betavae.export.onnx.Dim;

/**
 * ONNX {@code StringConcat}, {@code StringSplit}, {@code StringNormalizer} and {@code
 * RegexFullMatch}, whose patterns are RE2's in both.
 */
final class StringImporter implements OpImporter {
  @Override
  public Set<String> onnxOps() {
    return Set.of("StringConcat", "StringSplit", "StringNormalizer", "RegexFullMatch");
  }

  @Override
  public void convert(OnnxOp n, TfEmitter out) {
    TfValue x = out.plain(out.in(0));
    switch (n.op()) {
      case "StringConcat" -> out.out(out.binary("Add", x, out.in(1)));
      case "RegexFullMatch" ->
          out.out(out.unary("StaticRegexFullMatch", Map.of("pattern", n.text("pattern", "")), x));
      case "StringSplit" -> split(n, out, x);
      default -> out.out(normalized(n, out, x));
    }
  }

  private static void split(OnnxOp n, TfEmitter out, TfValue x) {
    TfValue flat = out.node("Reshape", Map.of(), List.of(out.freshDim()), x, out.constantInts(-1));
    long most = n.has("maxsplit") ? n.integer("maxsplit", -1) : -1;
    Dim found = out.freshDim();
    List<TfValue> parts =
        out.nodes(
            "StringSplitV2",
            Map.of("maxsplit", most),
            List.of(Shapes.with(Shapes.dims(0, 2), 0, found), List.of(found), Shapes.dims(2)),
            flat,
            Texts.of(out, n.text("delimiter", "")));
    TfValue places = parts.get(0);
    TfValue texts = parts.get(1);
    if (most >= 0 && n.text("delimiter", "").isEmpty()) {
      // TensorFlow then adds an empty text where nothing is left to split.
      TfValue some = out.binary("NotEqual", texts, Texts.of(out, ""));
      TfValue at = out.node("Where", Map.of(), List.of(out.freshDim(), Dim.ONE), some);
      TfValue kept = out.reshape(at, List.of(at.shape().get(0)));
      places = out.gather(places, kept, 0);
      texts = out.gather(texts, kept, 0);
    }
    TfValue zero = Indices.number(out, 0);
    TfValue rows = out.squeeze(out.slice(places, 1, 0, 1), 1);
    TfValue counts =
        out.node(
            "UnsortedSegmentSum",
            Map.of(),
            List.of(flat.shape().get(0)),
            out.unary("OnesLike", rows),
            rows,
            out.node("Size", Map.of("out_type", ElementType.INT64), List.of(), flat));
    TfValue largest = out.node("Max", Map.of(), List.of(), counts, out.constantInts(0));
    TfValue longest = out.unsqueeze(out.binary("Maximum", largest, zero), 0);
    TfValue sizes =
        out.node(
            "ConcatV2",
            Map.of(),
            Shapes.dims(2),
            out.unsqueeze(
                out.node("Size", Map.of("out_type", ElementType.INT64), List.of(), flat), 0),
            longest,
            out.integer(0));
    TfValue dense =
        out.node("SparseToDense", Map.of(), null, places, sizes, texts, Texts.of(out, ""));
    TfValue shape = out.shapeOf(x);
    List<Dim> dims = null;
    if (x.shape() != null) {
      dims = new ArrayList<>(x.shape());
      dims.add(out.freshDim());
    }
    TfValue whole = out.node("ConcatV2", Map.of(), null, shape, longest, out.integer(0));
    out.out(0, out.node("Reshape", Map.of(), dims, dense, whole));
    out.out(1, out.node("Reshape", Map.of(), x.shape(), counts, shape));
  }

  /** Without stop words and in one case; one empty text where nothing is left. */
  private static TfValue normalized(OnnxOp n, TfEmitter out, TfValue x) {
    String action = n.text("case_change_action", "NONE");
    boolean sensitive = n.flag("is_case_sensitive", false);
    List<String> stop = n.texts("stopwords") == null ? List.of() : n.texts("stopwords");
    TfValue kept = out.node("Reshape", Map.of(), List.of(out.freshDim()), x, out.constantInts(-1));
    if (!stop.isEmpty()) {
      List<String> words =
          sensitive ? stop : stop.stream().map(s -> s.toLowerCase(Locale.ROOT)).toList();
      TfValue compared = sensitive ? kept : recased(out, "StringLower", kept);
      TfValue equal = out.binary("Equal", out.unsqueeze(compared, 1), Texts.of(out, words));
      TfValue hit = out.node("Any", Map.of(), kept.shape(), equal, out.constantInts(1));
      Dim left = out.freshDim();
      TfValue places =
          out.node("Where", Map.of(), List.of(left, Dim.ONE), out.unary("LogicalNot", hit));
      TfValue at = out.reshape(places, List.of(left));
      kept = out.gather(kept, at, 0);
    }
    if (!action.equals("NONE")) {
      kept = recased(out, action.equals("LOWER") ? "StringLower" : "StringUpper", kept);
    }
    TfValue one = Indices.number(out, 1);
    TfValue missing =
        out.binary(
            "Maximum", out.binary("Sub", one, Indices.size(out, kept, 0)), Indices.number(out, 0));
    TfValue filling =
        out.node(
            "Fill",
            Map.of(),
            List.of(out.freshDim()),
            out.unsqueeze(missing, 0),
            Texts.of(out, ""));
    TfValue all =
        out.node("ConcatV2", Map.of(), List.of(out.freshDim()), kept, filling, out.integer(0));
    return out.rank(x) == 1
        ? all
        : out.node(
            "Reshape", Map.of(), List.of(Dim.ONE, out.freshDim()), all, out.constantInts(1, -1));
  }

  private static TfValue recased(TfEmitter out, String op, TfValue x) {
    return out.unary(op, Map.of("encoding", "utf-8"), x);
  }
}
