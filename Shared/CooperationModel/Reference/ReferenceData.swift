import Foundation

/// The facts that every service shares: authorities, countries, the DAC's code lists and the themes.
///
/// A value: loaded once at the start, then passed to whoever needs it. The same files give the same value on every
/// machine.
///
/// ```swift
/// let reference = try ReferenceData.load()
/// reference.registry[commune]?.name              // "Cesson-Sévigné"
/// reference.countries["NE"]?.name[.french]       // "Niger"
/// reference.themes.label(of: theme, in: .english)
/// ```
public struct ReferenceData: Sendable {
  public let registry: Registry
  public let countries: Countries
  public let dac: Dac
  public let themes: Themes
  /// Names the data: 16 hexadecimal digits that change when any file does.
  public let version: String

  /// Reads the files of a folder, each checked against the folder's manifest.
  public static func load(from folder: URL) throws(ReferenceDataError) -> ReferenceData {
    let files = try ReferenceFiles(folder: folder)
    return ReferenceData(
      registry: try Registry(
        columns: try files.bytes(of: "collectivites.columns"),
        departements: try files.rows(of: "departements.tsv", fields: 3)),
      countries: try Countries(rows: try files.rows(of: "countries.tsv", fields: 10)),
      dac: try Dac(
        rows: try files.rows(of: "dac.tsv", fields: 5), recipients: try files.rows(of: "recipients.tsv", fields: 6)),
      themes: try Themes(rows: try files.rows(of: "themes.tsv", fields: 4)), version: files.version)
  }

  /// Finds the folder and reads it.
  public static func load() throws(ReferenceDataError) -> ReferenceData { try load(from: locate()) }

  /// True when aid to the country counts as official development assistance on that day.
  public func isEligible(_ country: CountryCode, on day: Day) -> Bool {
    dac.recipients.of(country)?.isEligible(on: day) ?? false
  }
}

extension ReferenceData {
  /// The environment variable that names the folder.
  public static let folderVariable = "BOURSE_REFERENCE_DATA"

  /// The folder of the data files.
  ///
  /// `BOURSE_REFERENCE_DATA` when it is set; else, in this order, what stands beside the executable (`reference-data`),
  /// what an installation has (`../share/bourse-projets/reference-data`), and what a checkout has
  /// (`Shared/CooperationModel/Resources` in a folder above the executable).
  public static func locate(
    environment: [String: String] = ProcessInfo.processInfo.environment, executable: URL? = Bundle.main.executableURL
  ) throws(ReferenceDataError) -> URL {
    if let named = environment[folderVariable], !named.isEmpty {
      let folder = URL(filePath: named, directoryHint: .isDirectory)
      guard isDataFolder(folder) else { throw .notFound(searched: [folder.path()]) }
      return folder
    }
    var searched: [URL] = []
    if let home = executable?.resolvingSymlinksInPath().deletingLastPathComponent() {
      searched.append(home.appending(path: "reference-data", directoryHint: .isDirectory))
      let prefix = home.deletingLastPathComponent()
      searched.append(prefix.appending(path: "share/bourse-projets/reference-data", directoryHint: .isDirectory))
      var above = home
      while above.pathComponents.count > 1 {
        let candidate = above.appending(path: checkoutFolder, directoryHint: .isDirectory)
        if isDataFolder(candidate) {
          searched.append(candidate)
          break
        }
        above = above.deletingLastPathComponent()
      }
    }
    guard let found = searched.first(where: isDataFolder) else {
      throw .notFound(searched: searched.map { $0.path() })
    }
    return found
  }

  private static let checkoutFolder = "Shared/CooperationModel/Resources"

  private static func isDataFolder(_ folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appending(path: ReferenceFiles.manifest).path())
  }
}

/// Why there is no reference data, and what to do.
public enum ReferenceDataError: Error, Equatable, CustomStringConvertible {
  /// No folder with data files.
  case notFound(searched: [String])
  /// A file that cannot be read.
  case unreadable(file: String, reason: String)
  /// A file that is not the one of the manifest.
  case altered(file: String)
  /// A file whose content is not of its form.
  case malformed(file: String, reason: String)

  public var description: String {
    switch self {
    case .notFound(let searched):
      "no reference data in \(searched.isEmpty ? "any place" : searched.joined(separator: ", ")): set \(ReferenceData.folderVariable) to the folder that holds \(ReferenceFiles.manifest)"
    case .unreadable(let file, let reason):
      "cannot read the reference data file \(file): \(reason)"
    case .altered(let file):
      "the reference data file \(file) is not the one that the manifest names: copy the whole folder again, or run its `refresh` after a change by hand"
    case .malformed(let file, let reason):
      "the reference data file \(file) is malformed: \(reason)"
    }
  }
}
