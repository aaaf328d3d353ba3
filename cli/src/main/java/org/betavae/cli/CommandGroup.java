package org.betavae.cli;

/** The headings under which the general help lists the commands. */
enum CommandGroup {
  START("Start here"),
  TRAIN("Train"),
  EXCHANGE("Exchange models"),
  USE("Use a model"),
  MEASURE("Measure");

  private final String title;

  CommandGroup(String title) {
    this.title = title;
  }

  String title() {
    return title;
  }
}
