import CooperationModel
import Foundation
import Testing

@Suite("DAC code lists")
struct DacTests {
  let dac: Dac
  let countries: Countries

  init() throws {
    dac = try ReferenceFixture.data().dac
    countries = try ReferenceFixture.data().countries
  }

  @Test("codes are named in both languages, once each")
  func lists() {
    for list in [
      dac.sectorCategories, dac.purposes, dac.channels, dac.typesOfAid, dac.financeTypes, dac.flowTypes,
      dac.naturesOfSubmission, dac.collaborationTypes, dac.agencies,
    ] {
      #expect(list.count > 3)
      #expect(Set(list.all.map(\.code)).count == list.count)
      for code in list.all {
        #expect(!code.name.fr.isEmpty && !code.name.en.isEmpty, "\(code.code)")
        #expect(list[code.code] == code)
        #expect(code.name.en.count <= 250, "\(code.code) is a sentence")
      }
    }
    #expect(dac.purposes.count == 296)
  }

  @Test("every purpose code leads to a sector category, a voluntary one through the code it refines")
  func categories() {
    for purpose in dac.purposes.all { #expect(dac.sectorCategory(of: purpose.code) != nil, "\(purpose.code)") }
    #expect(dac.mainPurpose(of: "15185") == "15112")
    #expect(dac.mainPurpose(of: "14030") == "14030")
    #expect(dac.mainPurpose(of: "1") == nil)
    #expect(dac.sectorCategory(of: "15185")?.code == "151")
  }

  @Test("the codes that a declaration needs exist")
  func needed() {
    for code in ["91010", "99820", "93010", "93011", "93018", "11420", "11430", "14050"] {
      #expect(dac.purposes.contains(code), "\(code)")
    }
    for code in ["11002", "12002", "22000", "23000", "41000"] { #expect(dac.channels.contains(code), "\(code)") }
    for code in ["B01", "B02", "B03", "C01", "D02", "E01", "E02", "G01", "H01", "H02", "H03", "H04", "H05"] {
      #expect(dac.typesOfAid.contains(code), "\(code)")
    }
    #expect(dac.financeTypes.contains("110"))
    #expect(dac.flowTypes.contains("10"))
    #expect(dac.agencies.contains("8"))
    #expect(["1", "2", "3", "5", "8"].allSatisfy { dac.naturesOfSubmission.contains($0) })
    #expect(["1", "2", "3"].allSatisfy { dac.collaborationTypes.contains($0) })
  }

  @Test("recipients are countries that exist, or regions; no country is two")
  func recipients() {
    let named = dac.recipients.all.compactMap(\.country)
    #expect(named.allSatisfy { countries.contains($0) })
    #expect(Set(named).count == named.count)
    #expect(named.count == 141)
    #expect(dac.recipients[Recipients.unspecified]?.country == nil)
    #expect(dac.recipients.all.filter { $0.country == nil }.allSatisfy { $0.changes.isEmpty })
  }

  @Test(
    "income groups and eligibility are dated",
    arguments: [
      ("ST", "2024-12-12", IncomeGroup.leastDeveloped), ("ST", "2024-12-13", .lowerMiddle),
      ("SB", "2024-12-12", .leastDeveloped), ("SB", "2024-12-13", .lowerMiddle), ("NR", "2025-12-31", .upperMiddle),
      ("NR", "2026-01-01", nil), ("SN", "2000-01-01", .leastDeveloped), ("MA", "2026-01-01", .lowerMiddle),
    ])
  func dated(country: String, day: String, group: IncomeGroup?) throws {
    let reference = try ReferenceFixture.data()
    let code: CountryCode = try id(country)
    let on = try #require(Day(day))
    let recipient = try #require(dac.recipients.of(code))
    #expect(recipient.incomeGroup(on: on) == group)
    #expect(recipient.isEligible(on: on) == (group != nil))
    #expect(reference.isEligible(code, on: on) == (group != nil))
    #expect(dac.recipients.eligible(on: on).contains(recipient) == (group != nil))
  }

  @Test("a country that is no recipient is not eligible")
  func notEligible() throws {
    let reference = try ReferenceFixture.data()
    #expect(try !reference.isEligible(id("FR"), on: #require(Day("2025-06-01"))))
    #expect(dac.recipients["998"]?.isEligible(on: Day(daysSince1970: 0)) == true)
  }
}
