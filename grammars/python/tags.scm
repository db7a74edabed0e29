(class_definition
  name: (identifier) @name
  body: (block . (expression_statement (string) @doc)?) @body) @definition.class
(class_definition
  name: (identifier) @name
  superclasses: (argument_list [(identifier) (attribute) (subscript)] @extends)) @definition.class

(function_definition
  name: (identifier) @name
  return_type: (_)? @type
  body: (block . (expression_statement (string) @doc)?) @body) @definition.function

(function_definition name: (identifier) @name
  body: (block (return_statement (_) @returns) .)) @definition.function
(function_definition name: (identifier) @name (#eq? @name "__init__")) @definition.constructor
(decorated_definition
  (decorator [(identifier) @_property (attribute attribute: (identifier) @_property)])
  definition: (function_definition name: (identifier) @name)
  (#any-of? @_property
    "property" "cached_property" "setter" "getter" "deleter" "abstractproperty")
) @definition.property

; Names of the module and of its classes; inside functions `locals.scm` says what is local.
(module
  (expression_statement
    (assignment left: (identifier) @name type: (_)? @type right: (_)? @value) @definition.variable))
(class_definition
  body: (block
    (expression_statement
      (assignment left: (identifier) @name type: (_)? @type right: (_)? @value) @definition.field)))

; self.x = value, in a method
(assignment
  left: (attribute object: (identifier) @owner attribute: (identifier) @name)
  type: (_)? @type
  right: (_)? @value
  (#any-of? @owner "self" "cls")) @definition.field

(type_alias_statement
  left: (type [(identifier) @name (generic_type . (identifier) @name)])
  right: (type) @type) @definition.type

; A type variable stands for what bounds it.
(assignment left: (identifier) @name
  right: (call function: [(identifier) @_variable (attribute attribute: (identifier) @_variable)]
    arguments: (argument_list (keyword_argument name: (identifier) @_bound
      value: [(identifier) (attribute)] @type)))
  (#eq? @_variable "TypeVar") (#eq? @_bound "bound")) @definition.variable
; What a context manager that is written as a function lends.
(decorated_definition
  (decorator [(identifier) @_manages (attribute attribute: (identifier) @_manages)])
  definition: (function_definition name: (identifier) @name !return_type
    body: (block (expression_statement (yield (_) @returns))))
  (#any-of? @_manages "contextmanager" "asynccontextmanager")) @definition.function
