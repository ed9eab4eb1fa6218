/// An import as its caller is told of it, in one language: what ingestion answers and `bourse import` reads.
public struct ImportDocument: Codable, Equatable, Sendable {
  public var `import`: CommandID
  public var kind: ImportKind
  /// `running`, `complete`, `interrupted` or `remembered`.
  public var state: String
  /// Rows read; nil where only the outcomes are known.
  public var rows: Int?
  public var created: Int
  public var changed: Int
  public var unchanged: Int
  public var conflicts: Int
  public var rejected: Int
  /// In the log and not decided yet; nil where only the outcomes are known.
  public var undecided: Int?
  public var problems: [Row]
  /// Rows with problems beyond those listed.
  public var unlisted: Int

  public init(
    import: CommandID, kind: ImportKind, state: String, rows: Int?, created: Int, changed: Int, unchanged: Int,
    conflicts: Int, rejected: Int, undecided: Int?, problems: [Row], unlisted: Int
  ) {
    self.import = `import`
    self.kind = kind
    self.state = state
    self.rows = rows
    self.created = created
    self.changed = changed
    self.unchanged = unchanged
    self.conflicts = conflicts
    self.rejected = rejected
    self.undecided = undecided
    self.problems = problems
    self.unlisted = unlisted
  }

  /// One thing that is wrong with a row.
  public struct Row: Codable, Equatable, Sendable {
    public var line: Int
    public var reference: String?
    /// `conflict` or `rejected`.
    public var result: String
    public var column: String?
    /// Which of several values in the cell, from 1.
    public var item: Int?
    public var code: String
    public var message: String

    public init(
      line: Int, reference: String?, result: String, column: String?, item: Int?, code: String, message: String
    ) {
      self.line = line
      self.reference = reference
      self.result = result
      self.column = column
      self.item = item
      self.code = code
      self.message = message
    }
  }
}
