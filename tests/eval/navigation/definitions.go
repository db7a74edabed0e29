// What go/types says names stand for; a batch program of second_opinion.py. Packages that are not
// in the module are taken as empty: what they would tell is then not judged.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var (
	root, module string
	fset         = token.NewFileSet()
	packages     = map[string]*types.Package{}
	found        = map[string]string{}
	standard     = importer.ForCompiler(fset, "source", nil)
)

type within struct{}

// Import gives a package of the module, of the standard library, or an empty one.
func (within) Import(path string) (*types.Package, error) {
	if path == module || strings.HasPrefix(path, module+"/") {
		return check(filepath.Join(root, strings.TrimPrefix(path, module)), path, false), nil
	}
	if !strings.Contains(strings.Split(path, "/")[0], ".") {
		if p, err := standard.Import(path); err == nil {
			return p, nil
		}
	}
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

func check(folder, path string, tests bool) *types.Package {
	if p, ok := packages[path]; ok && !tests {
		return p
	}
	packages[path] = types.NewPackage(path, filepath.Base(path))
	all, _ := parser.ParseDir(fset, folder, func(it os.FileInfo) bool {
		ok, _ := build.Default.MatchFile(folder, it.Name())
		return ok && (tests || !strings.HasSuffix(it.Name(), "_test.go"))
	}, 0)
	var res *types.Package
	for name, parsed := range all {
		if name == "main" && len(all) > 1 && !tests {
			continue
		}
		var files []*ast.File
		for _, it := range parsed.Files {
			files = append(files, it)
		}
		info := &types.Info{Uses: map[*ast.Ident]types.Object{}, Defs: map[*ast.Ident]types.Object{}}
		config := types.Config{Importer: within{}, Error: func(error) {}, FakeImportC: true}
		p, _ := config.Check(path, fset, files, info)
		if res == nil || !strings.HasSuffix(name, "_test") {
			res = p
		}
		for ident, object := range info.Uses {
			found[place(ident.Pos(), " ")] = target(object)
		}
	}
	if res == nil {
		res = packages[path]
	}
	packages[path] = res
	return res
}

func target(object types.Object) string {
	if _, ok := object.(*types.PkgName); ok {
		return "null"
	}
	if !object.Pos().IsValid() || !strings.HasPrefix(fset.Position(object.Pos()).Filename, root) {
		return `[["!outside", 0, 0]]`
	}
	at := fset.Position(object.Pos())
	name, _ := filepath.Rel(root, at.Filename)
	line, _ := json.Marshal([]any{[]any{name, at.Line - 1, at.Column - 1}})
	return string(line)
}

func place(pos token.Pos, between string) string {
	at := fset.Position(pos)
	name, _ := filepath.Rel(root, at.Filename)
	return fmt.Sprintf("%s%s%d%s%d", name, between, at.Line-1, between, at.Column-1)
}

func main() {
	root, _ = os.Getwd()
	manifest, _ := os.ReadFile(filepath.Join(root, "go.mod"))
	module = string(regexp.MustCompile(`(?m)^module (\S+)`).FindSubmatch(manifest)[1])
	var asked []string
	folders := map[string]bool{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		asked = append(asked, lines.Text())
		folders[filepath.Dir(strings.Fields(lines.Text())[0])] = true
	}
	for folder := range folders {
		path := module
		if folder != "." {
			path = module + "/" + folder
		}
		check(filepath.Join(root, folder), path, true)
	}
	for _, it := range asked {
		if answer, ok := found[it]; ok {
			fmt.Println(answer)
		} else {
			fmt.Println("null")
		}
	}
}
