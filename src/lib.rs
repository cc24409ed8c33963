//! Anju (安居): case management for district redevelopment.
