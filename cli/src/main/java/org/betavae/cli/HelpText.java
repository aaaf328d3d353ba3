package org.betavae.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The help of the whole program and of one command, at most 80 columns wide. */
final class HelpText {
  private static final int WIDTH = 80;
  private static final int MAX_LEFT = 26;

  private HelpText() {}

  static String of(List<Command> commands) {
    StringBuilder text = new StringBuilder();
    text.append("betavae: train a beta-VAE, export it to ONNX, embed and generate with it.\n\n");
    text.append("Usage: betavae COMMAND [OPTIONS]\n");
    int left = commands.stream().mapToInt(c -> c.name().length()).max().orElse(0);
    for (CommandGroup group : CommandGroup.values()) {
      List<Command> members = commands.stream().filter(c -> c.group() == group).toList();
      if (!members.isEmpty()) {
        text.append('\n').append(group.title()).append(":\n");
        members.forEach(c -> appendEntry(text, c.name(), c.summary(), left));
      }
    }
    text.append("\n'betavae COMMAND --help' shows a command's options. A first run:\n");
    text.append("  betavae quickstart --out first --minutes 3\n");
    return text.toString();
  }

  static String of(Command command) {
    StringBuilder text = new StringBuilder();
    text.append("betavae ").append(command.name()).append(": ").append(command.summary());
    text.append("\n\nUsage:").append(usage(command)).append("\n\nOptions:\n");
    List<Opt<?>> options = CommonOptions.of(command);
    int left =
        Math.min(MAX_LEFT, options.stream().mapToInt(o -> label(o).length()).max().orElse(0));
    options.forEach(o -> appendEntry(text, label(o), description(o), left));
    if (!command.details().isEmpty()) {
      text.append('\n');
      command
          .details()
          .lines()
          .forEach(l -> Text.wrap(l, WIDTH).forEach(w -> text.append(w).append('\n')));
    }
    text.append(command.examples().size() == 1 ? "\nExample:\n" : "\nExamples:\n");
    command.examples().forEach(e -> text.append("  betavae ").append(e).append('\n'));
    return text.toString();
  }

  private static String usage(Command command) {
    List<String> parts = new ArrayList<>(List.of("betavae", command.name()));
    if (!command.operand().isEmpty()) {
      parts.add(command.operand());
    }
    command.options().stream().filter(Opt::required).forEach(o -> parts.add(label(o)));
    parts.add("[OPTIONS]");
    return Text.wrap(String.join(" ", parts), WIDTH - 9).stream()
        .collect(Collectors.joining("\n         ", " ", ""));
  }

  private static String label(Opt<?> option) {
    return option.isFlag() ? option.dashed() : option.dashed() + ' ' + option.placeholder();
  }

  private static String description(Opt<?> option) {
    Object value = option.fallback();
    if (option.isFlag() || value == null) {
      return option.required() ? option.help() + " (required)" : option.help();
    }
    String shown = shown(value);
    return option.help() + " (default " + shown + ')';
  }

  private static String shown(Object value) {
    if (value instanceof Double number) {
      return Numbers.plain(number);
    }
    return value instanceof List<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : value.toString();
  }

  private static void appendEntry(StringBuilder text, String label, String description, int left) {
    String indent = " ".repeat(left + 4);
    text.append("  ").append(label);
    text.append(label.length() > left ? '\n' + indent : " ".repeat(left - label.length() + 2));
    text.append(String.join('\n' + indent, Text.wrap(description, WIDTH - left - 4))).append('\n');
  }
}
