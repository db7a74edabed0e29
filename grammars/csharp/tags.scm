; Namespaces. `namespace A.B;` covers its own line only, so the outline shows it as a heading of the file.
(namespace_declaration name: (_) @name @export body: (_) @body) @definition.namespace
(file_scoped_namespace_declaration name: (_) @name @export) @definition.namespace

; Types.
(class_declaration name: (identifier) @name body: (_) @body) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name body: (_) @body) @definition.struct
(interface_declaration name: (identifier) @name body: (_) @body) @definition.interface
(enum_declaration name: (identifier) @name body: (_) @body) @definition.enum
(delegate_declaration type: (_) @type name: (identifier) @name) @definition.type

; What a base list means is settled by the kind of the type, for a class by the custom of `I…` names.
(class_declaration name: (identifier) @name
  (base_list [(identifier) @extends (_ . (identifier) @extends (type_argument_list)) (_ name: (identifier) @extends)])
  (#not-match? @extends "^I[A-Z]")) @definition.class
(class_declaration name: (identifier) @name
  (base_list [(identifier) @implements (_ . (identifier) @implements (type_argument_list)) (_ name: (identifier) @implements)])
  (#match? @implements "^I[A-Z]")) @definition.class
(record_declaration name: (identifier) @name
  (base_list [(identifier) @extends (_ . (identifier) @extends (type_argument_list)) (_ type: (identifier) @extends)])
  (#not-match? @extends "^I[A-Z]")) @definition.class
(record_declaration name: (identifier) @name
  (base_list [(identifier) @implements (_ . (identifier) @implements (type_argument_list))])
  (#match? @implements "^I[A-Z]")) @definition.class
(struct_declaration name: (identifier) @name
  (base_list [(identifier) @implements (_ . (identifier) @implements (type_argument_list))])) @definition.struct
(interface_declaration name: (identifier) @name
  (base_list [(identifier) @extends (_ . (identifier) @extends (type_argument_list))])) @definition.interface

; Members.
(method_declaration returns: (_) @type name: (identifier) @name body: (_)? @body) @definition.method
(constructor_declaration name: (identifier) @name body: (_) @body) @definition.constructor
(property_declaration type: (_) @type name: (identifier) @name accessors: (_)? @body) @definition.property
(field_declaration
  (variable_declaration type: (_) @type (variable_declarator name: (identifier) @name))) @definition.field
(event_field_declaration
  (variable_declaration type: (_) @type (variable_declarator name: (identifier) @name))) @definition.field
(event_declaration type: (_) @type name: (identifier) @name) @definition.property
(enum_member_declaration name: (identifier) @name @export) @definition.variant
; The parameters of a record are its properties.
(record_declaration
  (parameter_list (parameter type: (_) @type name: (identifier) @name @export) @definition.property))

(local_function_statement type: (_) @type name: (identifier) @name body: (_) @body) @definition.function

; What other types may see.
(class_declaration (modifier) @export name: (identifier) @name (#any-of? @export "public" "internal")) @definition.class
(record_declaration (modifier) @export name: (identifier) @name (#any-of? @export "public" "internal")) @definition.class
(struct_declaration (modifier) @export name: (identifier) @name (#any-of? @export "public" "internal")) @definition.struct
(interface_declaration (modifier) @export name: (identifier) @name (#any-of? @export "public" "internal")) @definition.interface
(enum_declaration (modifier) @export name: (identifier) @name (#any-of? @export "public" "internal")) @definition.enum
(delegate_declaration (modifier) @export name: (identifier) @name (#any-of? @export "public" "internal")) @definition.type
(method_declaration (modifier) @export name: (identifier) @name
  (#any-of? @export "public" "internal" "protected")) @definition.method
(constructor_declaration (modifier) @export name: (identifier) @name
  (#any-of? @export "public" "internal" "protected")) @definition.constructor
(property_declaration (modifier) @export name: (identifier) @name
  (#any-of? @export "public" "internal" "protected")) @definition.property
(field_declaration (modifier) @export (variable_declaration (variable_declarator name: (identifier) @name))
  (#any-of? @export "public" "internal" "protected")) @definition.field
(event_field_declaration (modifier) @export (variable_declaration (variable_declarator name: (identifier) @name))
  (#any-of? @export "public" "internal" "protected")) @definition.field
; Members of an interface are public without saying so.
(interface_declaration body: (declaration_list (method_declaration name: (identifier) @name @export) @definition.method))
(interface_declaration body: (declaration_list (property_declaration name: (identifier) @name @export) @definition.property))

; A method that extends a type is one of its members, too.
(method_declaration name: (identifier) @name
  parameters: (parameter_list . (parameter (modifier) @_this
    type: [(identifier) @owner (generic_name (identifier) @owner)]))
  (#eq? @_this "this")) @definition.method
