// Power, water and money of the machine. Constants name their section in reference-cluster.md; D is derived, A is
// assumed.
#include "feed/reliability/site_model.h"

#include "feed/reliability/accounting.h"
#include "feed/simulator/site_physics.h"

namespace bv::reliability {
namespace {

// Backend of reference-100k (5.1 D): 4,256 SN5600 at 0.94 kW (4.2, not confirmed by a datasheet), 250,880 twin-port
// modules at 16 W and 100,352 NIC-side ones at 8 W (4.2), for 301,056 links.
constexpr double reference_gpus = 100352, reference_fabric_watts = 4256 * 940.0 + 250880 * 16.0 + 100352 * 8.0;
constexpr double links_per_gpu = 3;  // NIC–leaf, leaf–spine, spine–core (5.1 D)
// Front end 0.5 MW; storage, CPU servers and management 5 MW (4.2 A).
constexpr double reference_other_watts = 5.5e6;
constexpr double low_pue = 1.20, high_pue = 1.25;  // 4.2 A
constexpr double litres_per_gallon = 3.785411784, hours_per_year = 8760;

}  // namespace

SiteModel site_of(const Setting& s) {
    SiteModel m;
    m.gpus = s.gpus + 8 * s.spares;
    m.gpu_watts = m.gpus * s.gpu_tdp_watts;
    m.server_watts = m.gpus / 8 * s.server_watts;
    // Islands need a fourth tier for what leaves them, a seventh of a link per GPU (5.2 C); one more link has two more
    // ports.
    const double more_links = s.fabric == FabricShape::islands ? 1 / (7 * links_per_gpu) : 0;
    m.fabric_links = m.gpus * links_per_gpu * (1 + more_links);
    m.fabric_watts = reference_fabric_watts * m.gpus / reference_gpus * (1 + more_links);
    m.other_watts = reference_other_watts * m.gpus / reference_gpus;
    m.it_watts = m.server_watts + m.fabric_watts + m.other_watts;
    m.site_watts = m.it_watts * s.pue;
    m.site_watts_low = m.it_watts * low_pue, m.site_watts_high = m.it_watts * high_pue;
    // The compressors, pumps and fans of the cooling heat it too; losses of transformers leave by air.
    m.heat_watts = m.it_watts * (1 + sim::cooling_per_it_watt);
    m.water_litres_per_second = sim::water_kg_per_second(m.heat_watts, s.evaporative_share, s.concentration_cycles);
    m.water_gallons_per_day = m.water_litres_per_second * 86400 / litres_per_gallon;
    m.water_gallons_per_day_all_evaporative =
        sim::water_kg_per_second(m.heat_watts, 1, s.concentration_cycles) * 86400 / litres_per_gallon;
    m.wue_litres_per_kwh = m.water_litres_per_second * 3600 / (m.it_watts / 1000);
    m.power_dollars_per_hour = m.site_watts / 1000 * s.dollars_per_kwh;
    m.machine_dollars_per_hour = s.machine_dollars * m.gpus / 100000 / (s.depreciation_years * hours_per_year);
    return m;
}

const std::vector<Formula>& site_formulas() {
    static const std::vector<Formula> formulas = {
        {"gpu_megawatts", "GPUs x 700 W", "chips at their limit; the power of the GPUs alone, not of the site"},
        {"it_megawatts", "servers x 8.4 kW + fabric 8.8 MW + front end, storage and CPU servers 5.5 MW",
         "the most measured in training, on air-cooled servers [BNL]; SN5600 0.94 kW not confirmed; the rest assumed"},
        {"site_megawatts", "IT x PUE", "PUE assumed, 1.20 to 1.25"},
        {"water_gallons_per_day", "IT x 1.145 x share / 2.43 MJ/kg x C / (C - 1)",
         "evaporative share 0.65 and 5 cycles of concentration assumed; the cooling's own electricity is 14.5 % of IT"},
        {"wue_litres_per_kwh", "water / IT energy", "as above"},
        {"power_dollars_per_hour", "site x price", "0.078 $ a kWh [SA]"},
        {"machine_dollars_per_hour", "servers' price / years",
         "4e9 $ for 100,000 GPUs at least [SA]; 5 years assumed"}};
    return formulas;
}

}  // namespace bv::reliability
