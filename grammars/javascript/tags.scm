; What a JavaScript file defines. A later pattern refines the kind that an earlier one gave.

; Visible outside.
(export_statement "export" @export declaration: [
  (function_declaration name: (identifier) @name) @definition.function
  (generator_function_declaration name: (identifier) @name) @definition.function
  (class_declaration name: (identifier) @name) @definition.class])
(export_statement "export" @export declaration: (variable_declaration
  (_ name: (identifier) @name) @definition.variable))
(export_statement "export" @export declaration: (lexical_declaration
  (_ name: (identifier) @name) @definition.variable))

; Variables and constants.
(variable_declaration
  (_ name: (identifier) @name value: (_)? @value) @definition.variable)
(lexical_declaration kind: "let"
  (_ name: (identifier) @name value: (_)? @value) @definition.variable)
(lexical_declaration kind: "const"
  (_ name: (identifier) @name value: (_) @value) @definition.constant)

; A function or class that is the value of a variable is named by it.
(variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)
    (generator_function body: (_) @body)]) @definition.function
(variable_declarator name: (identifier) @name
  value: (class body: (_) @body)) @definition.class
(variable_declarator name: (identifier) @name
  value: (class (class_heritage (identifier) @extends))) @definition.class

; Functions.
(function_declaration name: (identifier) @name body: (_) @body) @definition.function
(generator_function_declaration name: (identifier) @name body: (_) @body) @definition.function
(export_statement "export" @export "default" @name
  value: [(function_expression !name body: (_) @body) (arrow_function body: (_) @body)]
  @definition.function)
(export_statement "export" @export "default" @name
  value: [(object) (array) (call_expression) (new_expression) (string) (template_string)]
  @value) @definition.variable

; Classes and their members.
(class_declaration name: (identifier) @name body: (_) @body) @definition.class
(class_declaration name: (identifier) @name
  (class_heritage [(identifier) @extends (_ property: (_) @extends)])
) @definition.class
(class name: (identifier) @name body: (_) @body) @definition.class
(class name: (identifier) @name (class_heritage (identifier) @extends)) @definition.class
(export_statement "export" @export "default" @name
  value: (class !name body: (_) @body) @definition.class)
(method_definition name: (property_identifier) @name body: (_) @body) @definition.method
(method_definition name: (private_property_identifier) @name body: (_) @body) @definition.method
(method_definition name: (property_identifier) @name
  (#eq? @name "constructor")) @definition.constructor
(field_definition property: (property_identifier) @name value: (_)? @value) @definition.field
(field_definition property: (private_property_identifier) @name
  value: (_)? @value) @definition.field
(field_definition property: (property_identifier) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]
) @definition.method

; Fields that a class, or a function used as one, gives to `this`.
(function_declaration name: (identifier) @owner
  body: (statement_block (expression_statement (assignment_expression
    left: (_ object: (this) property: (_) @name)
    right: (_) @value) @definition.field)))
(assignment_expression
  left: (_ object: (this) @owner property: (_) @name)
  right: (_) @value) @definition.field

; Methods assigned to a function or to its prototype.
(expression_statement (assignment_expression
  left: (_
    object: (_ object: (identifier) @owner
      property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: (_) @value) @definition.property
  (#eq? @_prototype "prototype"))
(expression_statement (assignment_expression
  left: (_
    object: (_ object: (identifier) @owner
      property: (property_identifier) @_prototype)
    property: (property_identifier) @name)
  right: [(function_expression body: (_) @body) (arrow_function body: (_) @body)
    (generator_function body: (_) @body)]) @definition.method
  (#eq? @_prototype "prototype"))
(expression_statement (assignment_expression
  left: (_ object: (identifier) @owner property: (property_identifier) @name)
  right: [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
  @definition.method
  (#not-eq? @owner "exports") (#not-eq? @owner "module"))

; What CommonJS exports under a name of its own.
(expression_statement (assignment_expression
  left: (_ object: (identifier) @export property: (property_identifier) @name)
  right: [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
  @definition.function
  (#eq? @export "exports"))
(expression_statement (assignment_expression
  left: (_ object: (identifier) @export property: (property_identifier) @name)
  right: [(object) (array) (string) (template_string) (number) (regex) (call_expression)
    (new_expression) (binary_expression) (true) (false)] @value)
  @definition.variable
  (#eq? @export "exports"))
(expression_statement (assignment_expression
  left: (_
    object: (_ object: (identifier) @_module property: (_) @export)
    property: (property_identifier) @name)
  right: [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
  @definition.function
  (#eq? @_module "module") (#eq? @export "exports"))
(expression_statement (assignment_expression
  left: (_ object: (identifier) @_module property: (_) @export)
  right: (function_expression name: (identifier) @name body: (_) @body) @definition.function)
  (#eq? @_module "module") (#eq? @export "exports"))

; The keys of an object that a variable or an export is, and every function in one.
(variable_declarator
  value: (_ (_ key: (property_identifier) @name value: (_) @value)
    @definition.property))
(export_statement
  value: (_ (_ key: (property_identifier) @name value: (_) @value)
    @definition.property))
; Records are made where they are put into a list.
(call_expression
  function: (_ property: (property_identifier) @_push)
  arguments: (_ . (object (pair key: (property_identifier) @name value: (_) @value)
    @definition.property) .)
  (#eq? @_push "push"))
(pair key: (property_identifier) @name
  value: [(function_expression body: (_) @body) (arrow_function body: (_) @body)])
  @definition.method

; Tests of the usual frameworks, named by what they say.
(expression_statement (_ function: (identifier) @_test
  arguments: (_ . (string (string_fragment) @name)
    [(arrow_function) (function_expression)])
  (#any-of? @_test "describe" "it" "test" "suite" "context"))) @definition.test

; What a function without a declared type gives back.
(function_declaration name: (identifier) @name
  body: (_ (return_statement (_) @returns) .)) @definition.function
(method_definition name: (property_identifier) @name
  body: (_ (return_statement (_) @returns) .)) @definition.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function body: (_ (return_statement (_) @returns) .))
    (function_expression body: (_ (return_statement (_) @returns) .))
    (arrow_function body: [(identifier) (member_expression) (call_expression) (new_expression)
      (await_expression)] @returns)]) @definition.function

; What is read like a field is a property, whatever it gives back.
(method_definition ["get" "set"] name: (property_identifier) @name) @definition.property
