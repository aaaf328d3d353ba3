package org.betavae.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.cli.CommandLine;
import org.apache.commons.cli.DefaultParser;
import org.apache.commons.cli.Option;
import org.apache.commons.cli.Options;
import org.apache.commons.cli.ParseException;

/** Reads the arguments of one command and reports everything that is wrong with them at once. */
final class ArgumentParser {
  private final List<Opt<?>> declared;
  private final String operand;

  ArgumentParser(List<Opt<?>> declared, String operand) {
    this.declared = declared;
    this.operand = operand;
  }

  /**
   * Reads and checks all arguments.
   *
   * @throws UsageException naming every unknown, missing, repeated or unreadable option
   */
  Arguments parse(List<String> args) {
    List<String> problems = new ArrayList<>();
    CommandLine line = split(args);
    Map<String, Object> values = new HashMap<>();
    for (Opt<?> option : declared) {
      read(option, line, problems).ifPresent(value -> values.put(option.name(), value));
    }
    String operandValue = readOperand(line.getArgList(), problems);
    if (!problems.isEmpty()) {
      throw new UsageException(problems);
    }
    return new Arguments(values, operandValue);
  }

  private CommandLine split(List<String> args) {
    Options options = new Options();
    for (Opt<?> option : declared) {
      options.addOption(
          Option.builder(option.equals(CommonOptions.HELP) ? "h" : null)
              .longOpt(option.name())
              .hasArg(!option.isFlag())
              .optionalArg(!option.isFlag()) // a missing value is reported here, with the others
              .get());
    }
    try {
      return DefaultParser.builder()
          .setAllowPartialMatching(false)
          .setStripLeadingAndTrailingQuotes(false)
          .get()
          .parse(options, null, DefaultParser.NonOptionAction.SKIP, args.toArray(String[]::new));
    } catch (ParseException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static <T> Optional<T> read(Opt<T> option, CommandLine line, List<String> problems) {
    if (!line.hasOption(option.name())) {
      if (option.required()) {
        problems.add(missing(option));
      }
      return Optional.empty();
    }
    if (option.isFlag()) {
      return option.reader().apply("");
    }
    String[] texts = line.getOptionValues(option.name());
    if (texts == null || texts.length == 0) {
      problems.add(option.dashed() + " has no value, " + expected(option));
      return Optional.empty();
    }
    if (texts.length > 1 && !option.isRepeatable()) {
      problems.add(
          option.dashed()
              + " is given "
              + texts.length
              + " times ("
              + String.join(", ", texts)
              + "), expected once");
      return Optional.empty();
    }
    Optional<T> value = option.reader().apply(String.join(Opt.SEPARATOR, texts));
    if (value.isEmpty()) {
      problems.add(
          option.dashed()
              + " is \""
              + String.join("\", \"", texts)
              + "\", "
              + expected(option)
              + Text.suggestion(texts[0], "", option.choices()));
    }
    return value;
  }

  /** Says that an option is not given, and what it is for. */
  static String missing(Opt<?> option) {
    return option.dashed() + " is missing, expected " + option.placeholder() + ": " + option.help();
  }

  private static String expected(Opt<?> option) {
    return "expected "
        + option.expected()
        + (option.choices().isEmpty() ? ": " + option.help() : "");
  }

  private String readOperand(List<String> rest, List<String> problems) {
    List<String> names = declared.stream().map(Opt::name).toList();
    List<String> operands = new ArrayList<>();
    boolean unknown = false;
    for (String token : rest) {
      if (token.startsWith("-") && token.length() > 1) {
        unknown = true;
        String name = token.replaceFirst("^-+", "").replaceFirst("=.*", "");
        problems.add("unknown option " + token + Text.suggestion(name, "--", names));
      } else {
        operands.add(token);
      }
    }
    if (unknown) {
      // What follows an unknown option may be its value: no further complaint about that.
      return "";
    }
    if (operand.isEmpty() && !operands.isEmpty()) {
      problems.add(
          "unexpected argument "
              + quoted(operands)
              + ", expected options only (they begin with --)");
    } else if (!operand.isEmpty() && operands.size() != 1) {
      problems.add(
          operands.isEmpty()
              ? "no " + operand + " given, expected one"
              : "found "
                  + operands.size()
                  + " arguments "
                  + quoted(operands)
                  + ", expected one "
                  + operand);
    }
    return operands.isEmpty() ? "" : operands.get(0);
  }

  private static String quoted(List<String> texts) {
    return String.join(", ", texts.stream().map(t -> '"' + t + '"').toList());
  }
}
