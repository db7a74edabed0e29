// What javac says names stand for; a batch program of second_opinion.py. Libraries need not be
// there: what they would tell is then not judged.
import com.sun.source.tree.*;
import com.sun.source.util.*;
import java.io.*;
import java.nio.file.*;
import java.util.*;
import java.util.stream.*;
import javax.lang.model.element.*;
import javax.tools.*;

public class Definitions {
  static final Map<String, String> FOUND = new HashMap<>();
  static Trees trees;
  static Path root;

  public static void main(String[] args) throws Exception {
    root = Path.of("").toAbsolutePath();
    List<String> asked = new BufferedReader(new InputStreamReader(System.in)).lines()
        .filter(it -> !it.isBlank()).collect(Collectors.toList());
    List<Path> files;
    try (Stream<Path> all = Files.walk(root)) {
      files = all.filter(it -> it.toString().endsWith(".java"))
          .filter(it -> !it.endsWith("module-info.java") && !it.endsWith("package-info.java"))
          .filter(it -> args.length == 0 || root.relativize(it).toString().matches(args[0]))
          .collect(Collectors.toList());
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null);
    JavacTask task = (JavacTask) compiler.getTask(new StringWriter(), manager, it -> {},
        List.of("-proc:none", "-XDshould-stop.ifError=FLOW"), null,
        manager.getJavaFileObjectsFromPaths(files));
    trees = Trees.instance(task);
    Iterable<? extends CompilationUnitTree> units = task.parse();
    task.analyze();
    for (CompilationUnitTree unit : units) {
      new Scanner().scan(unit, null);
    }
    for (String place : asked) {
      System.out.println(FOUND.getOrDefault(place, "null"));
    }
  }

  /** Every name with what it stands for. */
  static class Scanner extends TreePathScanner<Void, Void> {
    @Override
    public Void visitIdentifier(IdentifierTree node, Void unused) {
      take(start(node), node.getName().length());
      return null;
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree node, Void unused) {
      take(end(node) - node.getIdentifier().length(), node.getIdentifier().length());
      return super.visitMemberSelect(node, unused);
    }

    @Override
    public Void visitNewClass(NewClassTree node, Void unused) {
      Tree name = node.getIdentifier();
      if (name instanceof ParameterizedTypeTree) name = ((ParameterizedTypeTree) name).getType();
      long at = name instanceof MemberSelectTree
          ? end(name) - ((MemberSelectTree) name).getIdentifier().length() : start(name);
      super.visitNewClass(node, unused);
      Element made = trees.getElement(getCurrentPath());
      // A class without a constructor of its own is made by none that is written.
      Tree around = getCurrentPath().getParentPath().getLeaf();
      boolean isConstant = around instanceof VariableTree
          && trees.getElement(getCurrentPath().getParentPath()) != null
          && trees.getElement(getCurrentPath().getParentPath()).getKind()
              == ElementKind.ENUM_CONSTANT;
      if (isConstant) return null;
      boolean isWritten = made != null && trees.getPath(made) != null
          && trees.getTree(made) != null && position(made) != null && !isGenerated(made);
      // What makes a class without a name may be called the base or its constructor.
      if (node.getClassBody() != null) put(at, null);
      else if (isWritten) put(at, made);
      return null;
    }

    boolean isGenerated(Element made) {
      String own = position(made);
      return own.equals(position(made.getEnclosingElement()));
    }

    long start(Tree node) {
      return trees.getSourcePositions()
          .getStartPosition(getCurrentPath().getCompilationUnit(), node);
    }

    long end(Tree node) {
      return trees.getSourcePositions().getEndPosition(getCurrentPath().getCompilationUnit(), node);
    }

    void take(long at, int length) {
      if (at >= 0) put(at, trees.getElement(getCurrentPath()));
    }

    void put(long at, Element element) {
      CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
      LineMap lines = unit.getLineMap();
      String file = root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
      // javac counts a tab as several columns.
      long row = lines.getLineNumber(at);
      String key = file + " " + (row - 1) + " " + (at - lines.getStartPosition(row));
      if (element == null || element.asType().getKind() == javax.lang.model.type.TypeKind.ERROR
          || element.getKind() == ElementKind.PACKAGE) {
        FOUND.put(key, "null");
        return;
      }
      String target = position(element);
      FOUND.put(key, target == null ? "[[\"!outside\", 0, 0]]" : "[" + target + "]");
    }
  }

  /** File, line and column of the name of what is defined. */
  static String position(Element element) {
    TreePath path = trees.getPath(element);
    if (path == null) return null;
    CompilationUnitTree unit = path.getCompilationUnit();
    long at = trees.getSourcePositions().getStartPosition(unit, path.getLeaf());
    if (at < 0) return null;
    String name = element.getKind() == ElementKind.CONSTRUCTOR
        ? element.getEnclosingElement().getSimpleName().toString()
        : element.getSimpleName().toString();
    try {
      String text = unit.getSourceFile().getCharContent(true).toString();
      Tree leaf = path.getLeaf();
      long from = at;
      if (leaf instanceof MethodTree && ((MethodTree) leaf).getReturnType() != null) {
        from = trees.getSourcePositions().getEndPosition(unit, ((MethodTree) leaf).getReturnType());
      } else if (leaf instanceof VariableTree && ((VariableTree) leaf).getType() != null) {
        from = Math.max(at,
            trees.getSourcePositions().getEndPosition(unit, ((VariableTree) leaf).getType()));
      } else {
        ModifiersTree modifiers = leaf instanceof ClassTree ? ((ClassTree) leaf).getModifiers()
            : leaf instanceof MethodTree ? ((MethodTree) leaf).getModifiers() : null;
        if (modifiers != null) {
          from = Math.max(at, trees.getSourcePositions().getEndPosition(unit, modifiers));
        }
      }
      java.util.regex.Matcher named =
          java.util.regex.Pattern.compile("\\b" + java.util.regex.Pattern.quote(name) + "\\b")
              .matcher(text);
      long found = named.find((int) from) ? named.start() : at;
      LineMap lines = unit.getLineMap();
      long row = lines.getLineNumber(found);
      String file = root.relativize(Path.of(unit.getSourceFile().toUri())).toString();
      return "[\"" + file + "\", " + (row - 1) + ", " + (found - lines.getStartPosition(row)) + "]";
    } catch (IOException e) {
      return null;
    }
  }
}
