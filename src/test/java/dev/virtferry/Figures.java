package dev.virtferry;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** How large the files, types and methods of the service's own code are, read by javac. */
record Figures(List<SourceFile> files, List<Type> types, List<Method> methods) {

  private static final Path SOURCES = Path.of("src/main/java");

  private static final Set<Kind> TYPES =
      Set.of(Kind.CLASS, Kind.INTERFACE, Kind.ENUM, Kind.RECORD, Kind.ANNOTATION_TYPE);

  /** A file, in lines. */
  record SourceFile(String name, int lines) {}

  /** A type that stands at the top of a file. */
  record Type(String of, String name, boolean isPublic) {}

  /**
   * A method with a body.
   *
   * @param lines from what it returns to its last brace
   * @param isTable whether it is one switch, or one record that is filled, and nothing else: a
   *     table that names every case
   */
  record Method(String in, String name, int lines, boolean isTable) {}

  /** Reads all of {@code src/main/java}. */
  static Figures read() {
    var figures = new Figures(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> found = Files.walk(SOURCES);
        StandardJavaFileManager disk = compiler.getStandardFileManager(null, null, null)) {
      List<Path> sources = found.filter(f -> f.toString().endsWith(".java")).sorted().toList();
      var task =
          (JavacTask)
              compiler.getTask(
                  null, disk, null, null, null, disk.getJavaFileObjectsFromPaths(sources));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      for (CompilationUnitTree unit : task.parse()) {
        figures.add(unit, positions);
      }
      return figures;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(CompilationUnitTree unit, SourcePositions positions) throws IOException {
    String name = SOURCES.toUri().relativize(unit.getSourceFile().toUri()).getPath();
    files.add(new SourceFile(name, Files.readAllLines(SOURCES.resolve(name)).size()));
    String of = String.valueOf(unit.getPackageName());
    for (Tree declared : unit.getTypeDecls()) {
      if (declared instanceof ClassTree type && TYPES.contains(type.getKind())) {
        types.add(new Type(of, type.getSimpleName().toString(), isPublic(type.getModifiers())));
      }
    }
    new TreeScanner<@Nullable Void, @Nullable Void>() {
      @Override
      public @Nullable Void visitMethod(MethodTree method, @Nullable Void nothing) {
        long from = begin(method);
        long to = positions.getEndPosition(unit, method);
        if (method.getBody() != null && to >= 0) {
          int lines =
              (int) (unit.getLineMap().getLineNumber(to) - unit.getLineMap().getLineNumber(from))
                  + 1;
          methods.add(
              new Method(name, method.getName().toString(), lines, isTable(method.getBody())));
        }
        return super.visitMethod(method, null);
      }

      private long begin(MethodTree method) {
        @Nullable Tree returned = method.getReturnType();
        return positions.getStartPosition(unit, returned == null ? method : returned);
      }
    }.scan(unit, null);
  }

  private static boolean isTable(BlockTree body) {
    return body.getStatements().size() == 1
        && body.getStatements().getFirst() instanceof ReturnTree answer
        && (answer.getExpression() instanceof SwitchExpressionTree
            || answer.getExpression() instanceof NewClassTree);
  }

  private static boolean isPublic(ModifiersTree modifiers) {
    return modifiers.getFlags().contains(Modifier.PUBLIC);
  }

  /** Of all types, how many hundredths are for their own package alone. */
  int packagePrivatePercent() {
    return (int) (100 * types.stream().filter(type -> !type.isPublic()).count() / types.size());
  }

  /** Types by package. */
  Map<String, Long> typesByPackage() {
    Map<String, Long> counts = new TreeMap<>();
    types.forEach(type -> counts.merge(type.of(), 1L, Long::sum));
    return counts;
  }

  /** The value that so many hundredths of them do not exceed. */
  static <T> int percentile(List<T> all, ToIntFunction<T> size, int percent) {
    List<Integer> sorted = all.stream().map(size::applyAsInt).sorted().toList();
    return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  /** The figures as a table of Markdown. */
  String table() {
    SourceFile longestFile = files.stream().max(Comparator.comparingInt(SourceFile::lines)).get();
    Method longest = methods.stream().max(Comparator.comparingInt(Method::lines)).get();
    List<Long> inPackages = List.copyOf(typesByPackage().values());
    return String.format(
        Locale.ROOT,
        """
        | | median | 90 %% | most |
        |---|---|---|---|
        | lines of a file (%d files) | %d | %d | %d (%s) |
        | lines of a method (%d methods) | %d | %d | %d (%s, %s) |
        | types of a package (%d packages) | %d | %d | %d |
        | types for their own package alone | | | %d %% of %d |
        """,
        files.size(),
        percentile(files, SourceFile::lines, 50),
        percentile(files, SourceFile::lines, 90),
        longestFile.lines(),
        longestFile.name(),
        methods.size(),
        percentile(methods, Method::lines, 50),
        percentile(methods, Method::lines, 90),
        longest.lines(),
        longest.in(),
        longest.name(),
        inPackages.size(),
        percentile(inPackages, Long::intValue, 50),
        percentile(inPackages, Long::intValue, 90),
        percentile(inPackages, Long::intValue, 100),
        packagePrivatePercent(),
        types.size());
  }
}
