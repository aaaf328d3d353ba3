package org.betavae.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.betavae.export.TensorSpec;

/**
 * A tensor as people type it: {@code name}, {@code node:0} or {@code name=node:0}, with or without
 * a shape behind it, {@code x:0[-1,28,28,1]}.
 *
 * @param reference the text without the shape
 * @param shape -1 for a free dimension; empty when none was typed
 */
record TensorNames(String reference, Optional<List<Long>> shape) {
  private static final Pattern SHAPE = Pattern.compile("([^\\[\\]]+)(?:\\[([^\\[\\]]*)])?");

  /** A comma between two tensors, not one inside of a shape. */
  private static final Pattern COMMA = Pattern.compile(",(?![^\\[]*])");

  /** What the converted model calls it. */
  String name() {
    int equals = reference.indexOf('=');
    String name = equals >= 0 ? reference.substring(0, equals) : reference;
    return equals < 0 && name.endsWith(":0") ? name.substring(0, name.length() - 2) : name;
  }

  /**
   * Reads a list with commas between.
   *
   * @throws UsageException if an entry is empty or its shape is none
   */
  static List<TensorNames> read(Opt<String> option, String text) {
    List<TensorNames> all = new ArrayList<>();
    for (String part : COMMA.split(text, -1)) {
      all.add(one(option, text, part.strip()));
    }
    return all;
  }

  /**
   * The names in an option's list; none without the option.
   *
   * @param name as the model has it
   */
  static Set<String> names(Arguments args, Opt<String> option, Function<TensorNames, String> name) {
    Set<String> names = new LinkedHashSet<>();
    args.find(option).ifPresent(text -> read(option, text).forEach(t -> names.add(name.apply(t))));
    return names;
  }

  /**
   * The name as the model has it; {@code x:0} may be said for {@code x}.
   *
   * @throws UsageException if it is none of the tensors'
   */
  static String known(Opt<String> option, String name, List<TensorSpec> tensors) {
    List<String> names = tensors.stream().map(TensorSpec::name).toList();
    String plain = name.endsWith(":0") ? name.substring(0, name.length() - 2) : name;
    return Optional.of(name)
        .filter(names::contains)
        .or(() -> Optional.of(plain).filter(names::contains))
        .orElseThrow(
            () ->
                new UsageException(
                    option.dashed()
                        + " names "
                        + name
                        + Text.suggestion(name, "", names)
                        + ", expected names out of "
                        + names));
  }

  /**
   * The shapes in an option's list by their tensors; none without the option.
   *
   * @param name as the model has it
   * @param example a shape that the tensor of this name might have
   * @throws UsageException if a tensor has no shape
   */
  static Map<String, List<Long>> shapes(
      Arguments args,
      Opt<String> option,
      Function<TensorNames, String> name,
      UnaryOperator<String> example) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    for (TensorNames tensor : args.find(option).map(text -> read(option, text)).orElse(List.of())) {
      shapes.put(
          name.apply(tensor),
          tensor
              .shape()
              .orElseThrow(
                  () ->
                      new UsageException(
                          option.dashed()
                              + " gives "
                              + tensor.name()
                              + " no shape, expected one such as "
                              + tensor.name()
                              + example.apply(tensor.name()))));
    }
    return shapes;
  }

  private static TensorNames one(Opt<String> option, String text, String part) {
    Matcher matcher = SHAPE.matcher(part);
    try {
      if (matcher.matches()) {
        String dims = matcher.group(2);
        return new TensorNames(
            matcher.group(1).strip(), Optional.ofNullable(dims).map(TensorNames::shape));
      }
    } catch (NumberFormatException e) {
      throw wrong(option, text, part);
    }
    throw wrong(option, text, part);
  }

  private static List<Long> shape(String dims) {
    return dims.isBlank()
        ? List.of()
        : Arrays.stream(dims.split(",", -1))
            .map(String::strip)
            .map(d -> d.equals("?") || d.equalsIgnoreCase("None") ? -1L : Long.parseLong(d))
            .toList();
  }

  private static UsageException wrong(Opt<String> option, String text, String part) {
    return new UsageException(
        option.dashed()
            + " is \""
            + text
            + "\", where \""
            + part
            + "\" is no tensor, expected names with commas between, each with or without a shape:"
            + " x or x[-1,28,28,1]");
  }
}
