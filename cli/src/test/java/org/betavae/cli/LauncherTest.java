package org.betavae.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script {@code betavae} in a project of its own, with a Maven and a Java that only pretend.
 */
class LauncherTest {
  private static final Path SCRIPT = Path.of("betavae");

  @TempDir Path folder;
  private Path project;
  private Path jdk;
  private Path calls;
  private String gpu = "";
  private String lang = "C.UTF-8";
  private boolean withJavaHome = true;

  private record Run(int exitCode, String out, String err) {}

  /**
   * A launcher at work, behind a shell that ends only when everything that writes to its standard
   * error has: Java would drop what a filter writes after the launcher's own end.
   */
  private record Started(Process shell, Path streams) {}

  private static final String SHELL =
      "{ \"$@\" 2>&1 >\"$STREAMS/out\"; echo $? >\"$STREAMS/code\"; } | cat >\"$STREAMS/err\"";

  @BeforeEach
  void makeProject() throws IOException {
    assumeTrue(Files.exists(SCRIPT), "not run from the project's root");
    assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no bash here");
    project = Files.createDirectories(folder.resolve("my project"));
    Files.copy(SCRIPT, project.resolve("betavae"));
    assertTrue(project.resolve("betavae").toFile().setExecutable(true));
    Files.createDirectories(project.resolve("cli/src/main"));
    Files.writeString(project.resolve("pom.xml"), "<project/>");
    Files.writeString(project.resolve("cli/src/main/A.java"), "class A {}");
    calls = folder.resolve("calls");
    Files.writeString(calls, "");
    jdk = Files.createDirectories(folder.resolve("jdk"));
    release("17.0.9");
    Files.createDirectories(jdk.resolve("bin"));
    script(
        jdk.resolve("bin/java"),
        """
        for a; do case $a in -XX:ArchiveClassesAtExit=*) : >"${a#*=}"; exit 0 ;; esac; done
        echo "java $*"
        echo "locale ${LC_ALL:-} ${LANG:-}"
        echo "I0000 00:00:17.5 1 pass.cc:401] native noise" >&2
        echo "native message" >&2
        exit 3
        """);
    script(jdk.resolve("bin/javac"), "exit 0");
    Files.createDirectories(folder.resolve("bin"));
    maven(
        """
        sleep 0.3
        mkdir -p cli/target/launcher data/target/launcher
        : >data/target/launcher/betavae-data-1.jar
        : >cli/target/launcher/betavae-cli-1.jar
        jars=$PWD/data/target/launcher/betavae-data-1.jar
        case "$*" in *gpu*) jars=$jars:$PWD/tf-linux-x86_64-gpu.jar; : >tf-linux-x86_64-gpu.jar ;; esac
        printf %s "$jars" >cli/target/launcher/classpath.txt
        """);
  }

  private void release(String version) throws IOException {
    Files.writeString(
        jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
  }

  private void maven(String body) throws IOException {
    script(folder.resolve("bin/mvn"), "echo mvn \"$@\" >>'" + calls + "'\n" + body);
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/bash\n" + body);
    assertTrue(file.toFile().setExecutable(true));
  }

  private Started start(Path launcher, String... args) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("/bin/bash", "-c", SHELL, "shell", launcher.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    if (withJavaHome) {
      environment.put("JAVA_HOME", jdk.toString());
    } else {
      environment.remove("JAVA_HOME");
      environment.put("REAL_JDK", jdk.toString());
    }
    environment.put("PATH", folder.resolve("bin") + ":" + environment.get("PATH"));
    environment.remove("BETAVAE_JAVA_OPTS");
    environment.remove("LC_ALL");
    environment.remove("LC_CTYPE");
    environment.put("LANG", lang);
    environment.put("BETAVAE_GPU", gpu);
    Path streams = Files.createTempDirectory(folder, "streams");
    environment.put("STREAMS", streams.toString());
    return new Started(builder.start(), streams);
  }

  private static Run end(Started started) throws IOException, InterruptedException {
    assertEquals(0, started.shell().waitFor());
    Path streams = started.streams();
    return new Run(
        Integer.parseInt(Files.readString(streams.resolve("code")).strip()),
        Files.readString(streams.resolve("out")),
        Files.readString(streams.resolve("err")));
  }

  private Run run(String... args) throws IOException, InterruptedException {
    return end(start(project.resolve("betavae"), args));
  }

  /** Where the launcher put its last build. */
  private Path builtFolder() throws IOException {
    String stamp = Files.readString(project.resolve("target/launcher-current")).strip();
    return project.resolve("target/launcher-" + stamp);
  }

  private void changeASource() throws IOException {
    Instant later = Instant.now().plusSeconds(5);
    Files.setLastModifiedTime(project.resolve("cli/src/main/A.java"), FileTime.from(later));
  }

  private long builds() throws IOException {
    try (var lines = Files.lines(calls)) {
      return lines.count();
    }
  }

  @Test
  void firstUse_builds_saysSoInOneLine_andPassesArgumentsAndExitCodeOn() throws Exception {
    Run run = run("embed", "--out", "a b");
    assertEquals(3, run.exitCode(), run.err());
    assertTrue(run.out().contains("org.betavae.cli.Main embed --out a b"), run.out());
    List<String> err = run.err().lines().toList();
    assertEquals(2, err.size(), run.err());
    assertTrue(err.get(0).startsWith("betavae: building"), run.err());
    assertEquals("native message", err.get(1));
    assertTrue(Files.readString(calls).startsWith("mvn -B -o "), Files.readString(calls));
  }

  @Test
  void localeWithoutACharacterSet_isReplaced_soThatEveryFileNameCanBeOpened() throws Exception {
    lang = "C";
    assertTrue(run("--version").out().contains("locale C.UTF-8 C\n"));
    assertTrue(run("--version", "--debug").out().contains("locale C.UTF-8 C\n"));
    // Elsewhere "locale" may be missing; then the variables themselves are read.
    script(folder.resolve("bin/locale"), "exit 127");
    assertTrue(run("--version").out().contains("locale C.UTF-8 C\n"));
    lang = "de_DE.UTF-8";
    assertTrue(run("--version").out().contains("locale  de_DE.UTF-8\n"));
    script(folder.resolve("bin/locale"), "echo ISO-8859-1");
    assertTrue(run("--version").out().contains("locale  de_DE.UTF-8\n"));
    script(folder.resolve("bin/locale"), "echo ANSI_X3.4-1968"); // de_DE is not installed
    assertTrue(run("--version").out().contains("locale C.UTF-8 de_DE.UTF-8\n"));
  }

  @Test
  void debug_letsNativeLogLinesThrough() throws Exception {
    run("--version");
    assertEquals("native message\n", run("train").err());
    assertTrue(run("train", "--debug").err().contains("native noise"));
  }

  @Test
  void laterUse_doesNotBuild_unlessASourceIsNewerOrAJarIsGone() throws Exception {
    run("--version");
    run("--version");
    assertEquals(1, builds());
    Files.setLastModifiedTime(
        project.resolve("cli/src/main/A.java"), FileTime.from(Instant.now().plusSeconds(5)));
    run("--version");
    assertEquals(2, builds());
    Files.setLastModifiedTime(project.resolve("cli/src/main/A.java"), FileTime.from(Instant.EPOCH));
    run("--version");
    Files.delete(builtFolder().resolve("betavae-data-1.jar"));
    long before = builds();
    run("--version");
    assertEquals(before + 1, builds());
  }

  @Test
  void rebuild_leavesTheFilesOfARunningCommandAsTheyWere() throws Exception {
    run("--version");
    Path before = builtFolder();
    Path jar = before.resolve("betavae-cli-1.jar");
    Files.writeString(jar, "what a process has open");
    Object key = Files.readAttributes(jar, BasicFileAttributes.class).fileKey();
    changeASource();
    Run run = run("--version");
    assertEquals(2, builds());
    assertNotEquals(before, builtFolder());
    assertTrue(run.out().contains(builtFolder() + "/betavae-cli-1.jar"), run.out());
    assertTrue(run.out().contains(builtFolder() + "/classes.jsa"), run.out());
    assertEquals("what a process has open", Files.readString(jar));
    assertEquals(key, Files.readAttributes(jar, BasicFileAttributes.class).fileKey());
    assertTrue(Files.exists(before.resolve("betavae-data-1.jar")));
  }

  @Test
  void earlierBuilds_goWhenUnusedForDays_unlessAProcessHasThem() throws Exception {
    FileTime longAgo = FileTime.from(Instant.now().minusSeconds(3 * 86_400));
    run("--version");
    Path unused = builtFolder();
    changeASource();
    run("--version");
    Path running = builtFolder();
    assertTrue(Files.exists(unused.resolve("betavae-cli-1.jar")), "used today");
    Files.setLastModifiedTime(unused.resolve("used"), longAgo);
    Files.setLastModifiedTime(running.resolve("used"), longAgo);
    Process process =
        new ProcessBuilder("/bin/bash", "-c", "read -r _", running + "/betavae-cli-1.jar").start();
    try {
      changeASource();
      run("--version");
      assertFalse(Files.exists(unused));
      assertTrue(Files.exists(running.resolve("betavae-cli-1.jar")));
    } finally {
      process.destroy();
    }
  }

  @Test
  void sourcesOfTheSamples_doNotCount() throws Exception {
    run("--version");
    Path sample = Files.createDirectories(project.resolve("samples/src/main")).resolve("B.java");
    Files.writeString(sample, "class B {}");
    Files.setLastModifiedTime(sample, FileTime.from(Instant.now().plusSeconds(5)));
    run("--version");
    assertEquals(1, builds());
  }

  @Test
  void javaBehindAShim_isAskedWhereItLies() throws Exception {
    script(
        folder.resolve("bin/java"),
        """
        case "$*" in
          *showSettings*) printf '    java.home = %s\n    java.specification.version = 21\n' "$REAL_JDK" >&2 ;;
          *) exit 9 ;;
        esac
        """);
    withJavaHome = false;
    Run run = run("--version");
    assertEquals(3, run.exitCode(), run.err());
    assertEquals(1, builds());
  }

  @Test
  void gpu_isBuiltInWhenAskedFor_andStaysUntilToldOtherwise() throws Exception {
    run("--version");
    gpu = "1";
    assertTrue(run("--version").out().contains("tf-linux-x86_64-gpu.jar"));
    assertEquals(3, run("--version").exitCode());
    assertEquals(2, builds());
    assertTrue(Files.readString(calls).contains("-Plauncher,gpu"), Files.readString(calls));
    gpu = "";
    Files.delete(builtFolder().resolve("betavae-data-1.jar"));
    assertTrue(run("--version").out().contains("tf-linux-x86_64-gpu.jar"));
    assertEquals(3, builds());
    gpu = "0";
    assertFalse(run("--version").out().contains("tf-linux-x86_64-gpu.jar"));
    assertEquals(4, builds());
    gpu = "yes";
    Run wrong = run("--version");
    assertEquals(1, wrong.exitCode());
    assertTrue(wrong.err().contains("BETAVAE_GPU is yes, expected 1"), wrong.err());
    assertTrue(wrong.err().contains("Correct or unset it"), wrong.err());
  }

  @Test
  void movedProject_isBuiltAgain() throws Exception {
    run("--version");
    project = Files.move(project, folder.resolve("moved"));
    Run run = run("--version");
    assertEquals(2, builds());
    assertTrue(run.out().contains(builtFolder() + "/betavae-data-1.jar"), run.out());
    assertTrue(builtFolder().startsWith(folder.resolve("moved")), run.out());
  }

  @Test
  void symbolicLinks_areFollowed() throws Exception {
    Path first = Files.createSymbolicLink(folder.resolve("first"), Path.of("my project/betavae"));
    Path second = Files.createSymbolicLink(folder.resolve("bin/second"), first);
    Run run = end(start(second, "--version"));
    assertEquals(3, run.exitCode(), run.err());
    assertTrue(run.out().contains("-cp " + builtFolder() + "/betavae-cli-1.jar:"), run.out());
  }

  @Test
  void concurrentFirstStarts_buildOnce() throws Exception {
    List<Started> started = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      started.add(start(project.resolve("betavae"), "--version"));
    }
    for (Started process : started) {
      assertEquals(3, end(process).exitCode());
    }
    assertEquals(1, builds());
  }

  @Test
  void offlineBuildThatLacksSomething_isRepeatedOnline() throws Exception {
    maven(
        """
        case "$*" in *-o*) echo "[ERROR] Cannot access central in offline mode"; exit 1 ;; esac
        mkdir -p cli/target/launcher
        : >cli/target/launcher/betavae-cli-1.jar
        printf %s "$PWD/cli/target/launcher/betavae-cli-1.jar" >cli/target/launcher/classpath.txt
        """);
    assertEquals(3, run("--version").exitCode());
    assertEquals(2, builds());
  }

  @Test
  void failedBuild_showsItsErrorsOnly() throws Exception {
    maven("echo '[INFO] chatter'; echo '[ERROR] A.java:[1,1] no such thing'; exit 1");
    Run run = run("--version");
    assertEquals(1, run.exitCode());
    assertEquals(1, builds());
    assertTrue(run.err().contains("A.java:[1,1] no such thing"), run.err());
    assertFalse(run.err().contains("chatter"), run.err());
    assertTrue(run.err().contains("betavae: the build failed"), run.err());
    assertEquals("", run.out());
  }

  @Test
  void oldOrMissingJava_isNamed() throws Exception {
    release("11.0.2");
    Run old = run("--version");
    assertEquals(1, old.exitCode());
    assertTrue(old.err().contains("java is version 11"), old.err());
    assertTrue(old.err().contains("expected 17 or newer"), old.err());
    jdk = folder.resolve("nowhere");
    Run missing = run("--version");
    assertEquals(1, missing.exitCode());
    assertTrue(missing.err().contains("JAVA_HOME is " + jdk), missing.err());
    assertEquals(0, builds());
  }
}
