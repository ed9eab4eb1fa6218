/// From the cells of a row to the JSON body that they stand for, and back.
enum ImportCells {
  /// The members that the filled cells make, and what no number can be made of. An empty cell is an absent member.
  static func json(
    _ fields: [String], _ columns: [ImportColumn], about subject: ImportColumn.Subject, _ errors: inout [RowError],
    line: Int
  ) -> JSONValue {
    var members: [String: JSONValue] = [:]
    for (column, field) in zip(columns, fields) where column.subject == subject && !field.isEmpty {
      let text = CSVWriter.unguarded(field)
      switch column.form {
      case .text: set(.string(text), at: column.path[...], in: &members)
      case .integer:
        if let value = scalar(text, .integer, column, item: nil, line, &errors) {
          set(value, at: column.path[...], in: &members)
        }
      case .list:
        set(.array(split(text).filter { !$0.isEmpty }.map { .string($0) }), at: column.path[...], in: &members)
      case .memberOfEach(let form):
        let values = split(text).enumerated().map { index, part in
          part.isEmpty ? nil : scalar(part, form, column, item: index + 1, line, &errors)
        }
        setEach(values, column, in: &members)
      }
    }
    return .object(members)
  }

  private static func scalar(
    _ text: String, _ form: ImportColumn.Scalar, _ column: ImportColumn, item: Int?, _ line: Int,
    _ errors: inout [RowError]
  ) -> JSONValue? {
    switch form {
    case .text: return .string(text)
    case .integer:
      if let number = Int64(text) { return .integer(number) }
    case .decimal:
      let isPlain = text.utf8.allSatisfy {
        ($0 >= 0x30 && $0 <= 0x39) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
      if isPlain, let number = Double(text) { return Int64(exactly: number).map { .integer($0) } ?? .number(number) }
    }
    errors.append(
      RowError(
        line: line, column: column.name, item: item, code: "invalid-number",
        message: Localized(
          fr:
            "\(quoted(text).fr) n’est pas un nombre\u{202F}: écrivez des chiffres seuls, avec un point pour les décimales.",
          en: "\(quoted(text).en) is no number: write digits alone, with a point before decimals.")))
    return nil
  }

  private static func set(_ value: JSONValue, at path: ArraySlice<String>, in members: inout [String: JSONValue]) {
    guard let name = path.first else { return }
    guard path.count > 1 else {
      members[name] = value
      return
    }
    var inner: [String: JSONValue] = [:]
    if case .object(let existing)? = members[name] { inner = existing }
    set(value, at: path.dropFirst(), in: &inner)
    members[name] = .object(inner)
  }

  /// One member of each object of a list.
  private static func setEach(_ values: [JSONValue?], _ column: ImportColumn, in members: inout [String: JSONValue]) {
    let path = column.path
    guard path.count == 2 else { return }
    var objects: [JSONValue] = []
    if case .array(let existing)? = members[path[0]] { objects = existing }
    for (index, value) in values.enumerated() {
      if index == objects.count { objects.append(.object([:])) }
      guard let value, case .object(var object) = objects[index] else { continue }
      object[path[1]] = value
      objects[index] = .object(object)
    }
    members[path[0]] = .array(objects)
  }

  // MARK: Back

  /// The cells that stand for an entity.
  static func cells(_ json: JSONValue, _ columns: [ImportColumn]) -> [CSVWriter.Cell] {
    columns.map { column in
      let path = column.path
      switch column.form {
      case .text, .integer: return cell(path.reduce(json) { $0?[$1] })
      case .list: return .text(joined(items(path.reduce(json) { $0?[$1] }).map(text)))
      case .memberOfEach(let form):
        let parts = items(json[path[0]]).map { $0[path[1]].map(text) ?? "" }
        let cell = parts.allSatisfy(\.isEmpty) ? "" : joined(parts)
        return form == .text || parts.count > 1 ? .text(cell) : .number(cell)
      }
    }
  }

  private static func items(_ json: JSONValue?) -> [JSONValue] {
    if case .array(let items)? = json { items } else { [] }
  }

  private static func cell(_ json: JSONValue?) -> CSVWriter.Cell {
    switch json {
    case .integer, .number: .number(json.map(text) ?? "")
    case let value?: .text(text(value))
    case nil: .empty
    }
  }

  private static func text(_ json: JSONValue) -> String {
    switch json {
    case .string(let text): text
    case .integer(let number): String(number)
    case .number(let number): "\(number)"
    case .bool(let flag): String(flag)
    case .null, .array, .object: ""
    }
  }

  // MARK: Several values in a cell

  /// At every `|` without a backslash before it; space around a value falls away.
  static func split(_ text: String) -> [String] {
    var parts: [[UInt8]] = [[]]
    var isEscaped = false
    for byte in text.utf8 {
      switch byte {
      case _ where isEscaped:
        if byte != bar && byte != backslash { parts[parts.count - 1].append(backslash) }
        parts[parts.count - 1].append(byte)
        isEscaped = false
      case backslash: isEscaped = true
      case bar: parts.append([])
      default: parts[parts.count - 1].append(byte)
      }
    }
    if isEscaped { parts[parts.count - 1].append(backslash) }
    return parts.map { part in
      let end = part.lastIndex { $0 != space }.map { $0 + 1 } ?? 0
      return String(decoding: part[..<end].drop { $0 == space }, as: UTF8.self)
    }
  }

  static func joined(_ values: [String]) -> String {
    values.map { value in
      value.reduce(into: "") { result, character in
        if character == "|" || character == "\\" { result.append("\\") }
        result.append(character)
      }
    }.joined(separator: "|")
  }
}

private let bar = UInt8(ascii: "|")
private let backslash = UInt8(ascii: "\\")
private let space = UInt8(ascii: " ")
