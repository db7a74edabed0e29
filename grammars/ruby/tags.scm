; Modules and classes. `class A::B` belongs to A.
(module name: (constant) @name body: (_)? @body) @definition.module
(module name: (scope_resolution scope: (_) @owner name: (constant) @name)) @definition.module
(class name: (constant) @name body: (_)? @body) @definition.class
(class name: (scope_resolution scope: (_) @owner name: (constant) @name)) @definition.class
(class name: (constant) @name
  superclass: (_ [(constant) @extends (_ name: (constant) @extends)])) @definition.class
; What is mixed in is what the class can do.
(class name: (constant) @name
  body: (_
    (_ method: (identifier) @_mixin
      arguments: (_ [(constant) @implements (_ name: (constant) @implements)])))
  (#any-of? @_mixin "include" "extend" "prepend")) @definition.class

; Methods; outside of any class they are functions.
(method name: (_) @name body: (_)? @body) @definition.method
(singleton_method name: (_) @name body: (_)? @body) @definition.method
(program (method name: (identifier) @name) @definition.function)
(alias name: (identifier) @name) @definition.method
(call method: (identifier) @_define arguments: (_ . (simple_symbol) @name)
  (#any-of? @_define "define_method" "alias_method")) @definition.method
(call method: (identifier) @_attribute arguments: (_ (simple_symbol) @name @definition.property)
  (#any-of? @_attribute "attr_accessor" "attr_reader" "attr_writer"))

; Constants, and the types that are made by a call.
(assignment left: (constant) @name right: (_) @value) @definition.constant
(assignment left: (left_assignment_list (constant) @name)) @definition.constant
(assignment left: (constant) @name
  right: (_ receiver: (constant) @_maker method: (identifier) @_make)
  (#any-of? @_maker "Struct" "Class" "Data" "Module")
  (#any-of? @_make "new" "define")) @definition.class

; Fields are what the class sets before anything else.
(method name: (identifier) @_initialize
  body: (_ (_ !operator left: (instance_variable) @name right: (_) @value) @definition.field)
  (#eq? @_initialize "initialize"))
(class body: (_
  (_ !operator left: [(instance_variable) (class_variable)] @name) @definition.field))
(program (_ !operator left: (global_variable) @name) @definition.variable)

; Tests with a sentence for a name.
(call method: (identifier) @_test
  arguments: (_ . (string (string_content) @name))
  block: (_) @body
  (#any-of? @_test "it" "describe" "context" "test" "specify" "should" "feature" "scenario")) @definition.test

; What a method gives back is its last value.
(method name: (_) @name
  body: (body_statement [(call) (identifier) (instance_variable)] @returns .)) @definition.method
(method name: (_) @name
  body: (body_statement (operator_assignment right: (_) @returns) .)) @definition.method
(singleton_method name: (_) @name
  body: (body_statement [(call) (identifier) (instance_variable)] @returns .)) @definition.method
